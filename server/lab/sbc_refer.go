package lab

import (
	"context"
	"fmt"
	"strconv"
	"strings"
)

// Refer asks the server to place the call elsewhere (RFC 3515), with both headers exactly as given; referredBy may be empty. It returns
// when the request is answered; the progress is Referred's.
func (p *Party) Refer(ctx context.Context, referTo, referredBy string) error {
	headers := map[string]string{"Refer-To": referTo}
	if referredBy != "" {
		headers["Referred-By"] = referredBy
	}
	code, err := p.Send(ctx, "REFER", headers, "", "")
	if err != nil {
		return err
	}
	if code != 202 && code != 200 {
		return &SBCStatusError{Method: "REFER", Code: code}
	}
	return nil
}

// Replaces is the header of an INVITE that takes the place of this call at the server (RFC 3891).
func (p *Party) Replaces() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	theirs, _ := p.remote.Params.Get("tag")
	return p.id + ";to-tag=" + theirs + ";from-tag=" + p.tag
}

// Referred are the codes that the server has notified about a REFER so far, oldest first.
func (p *Party) Referred() []int {
	var codes []int
	for _, m := range p.Requests() {
		if m.Method != "NOTIFY" || !strings.HasPrefix(strings.ToLower(m.Header("Event")), "refer") {
			continue
		}
		_, body, _ := strings.Cut(m.Text, "\r\n\r\n")
		f := strings.Fields(body)
		if len(f) > 1 && strings.HasPrefix(f[0], "SIP/2.0") {
			if code, err := strconv.Atoi(f[1]); err == nil {
				codes = append(codes, code)
			}
		}
	}
	return codes
}

// WaitReferred waits for a final code of the REFER.
func (p *Party) WaitReferred(ctx context.Context) (int, error) {
	for {
		p.mu.Lock()
		news := p.news
		p.mu.Unlock()
		for _, code := range p.Referred() {
			if code >= 200 {
				return code, nil
			}
		}
		select {
		case <-news:
		case <-ctx.Done():
			return 0, fmt.Errorf("no final NOTIFY, only %v: %w", p.Referred(), ctx.Err())
		}
	}
}
