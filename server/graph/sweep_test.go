package graph

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"cordboard/server/people"
)

func TestPresencesOfAnUnknownFormCostTheOthersNothing(t *testing.T) {
	body := `{"value":[{"id":"A","availability":"Busy","activity":"InACall","statusMessage":null,"outOfOfficeSettings":null,"workLocation":{"x":1},"sequenceNumber":null},
		{"id":"B","availability":7},{"id":"","availability":"Available"},"nobody",null,
		{"id":"C","availability":null,"activity":"New","statusMessage":{"message":{"content":"<b>Back&nbsp;soon</b>"}},"outOfOfficeSettings":{"isOutOfOffice":true}}]}`
	at := time.Now()
	got, err := parsePresences([]byte(body), at)
	want := []people.Reading{{ID: "a", Availability: "Busy", Activity: "InACall", At: at}, {ID: "c", Activity: "New", Message: "Back soon", OutOfOffice: true, At: at}}
	if err != nil || len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
		t.Fatalf("%+v %v", got, err)
	}
	for _, bad := range []string{"", "<html>", `{"value":{}}`, `[]`} {
		if _, err := parsePresences([]byte(bad), at); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
	if got, err := parsePresences([]byte(`{}`), at); err != nil || len(got) != 0 {
		t.Errorf("nobody: %v %v", got, err)
	}
}

// ticket is a credential that nobody has to be asked for.
type ticket struct{}

func (ticket) GetToken(context.Context, policy.TokenRequestOptions) (azcore.AccessToken, error) {
	return azcore.AccessToken{Token: "t", ExpiresOn: time.Now().Add(time.Hour)}, nil
}

// BenchmarkMinuteOfTenThousandExperts is a minute of the steady state: 44 requests on loopback, read and
// taken. The figure counts the answering side too, which in truth is Microsoft's.
func BenchmarkMinuteOfTenThousandExperts(b *testing.B) {
	ids := make([]string, 10_000)
	for i := range ids {
		ids[i] = fmt.Sprintf("%08d-0000-4000-8000-000000000000", i)
	}
	answers := map[string][]byte{}
	answer := func(ids []string) []byte {
		var out bytes.Buffer
		out.WriteString(`{"value":[`)
		for i, id := range ids {
			if i > 0 {
				out.WriteByte(',')
			}
			fmt.Fprintf(&out, `{"id":%q,"availability":"Busy","activity":"InAMeeting","statusMessage":{"message":{"content":"<p>Budget</p>","contentType":"html"},"expiryDateTime":null,"publishedDateTime":null},"outOfOfficeSettings":{"message":null,"isOutOfOffice":false},"workLocation":null,"sequenceNumber":"A0000000000000001S1"}`, id)
		}
		out.WriteString(`]}`)
		return out.Bytes()
	}
	var batches [][]string
	for i := range 16 {
		batches = append(batches, ids[i*625:(i+1)*625])
	}
	screen := ids[:64]
	for _, x := range append(batches, screen) {
		answers[fmt.Sprint(x[0], len(x))] = answer(x)
	}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var q struct {
			IDs []string `json:"ids"`
		}
		json.NewDecoder(r.Body).Decode(&q)
		w.Header().Set("Content-Type", "application/json")
		w.Write(answers[fmt.Sprint(q.IDs[0], len(q.IDs))])
	}))
	defer s.Close()
	c, err := New(Options{Tenant: "t", TenantID: "11111111-1111-4111-8111-111111111111", GraphURL: strings.Replace(s.URL, "127.0.0.1", "localhost", 1) + "/v1.0", ClientID: "c", Secret: "s"})
	if err != nil {
		b.Fatal(err)
	}
	signedIn, err := c.sdkFor(ticket{})
	if err != nil {
		b.Fatal(err)
	}
	c.sdk.Store(signedIn)
	var known people.Presences
	read := func(ids []string) {
		got, err := c.Presences(context.Background(), ids)
		if err != nil || len(got) != len(ids) {
			b.Fatalf("%d of %d: %v", len(got), len(ids), err)
		}
		known.Take(got)
	}
	read(screen)
	b.ResetTimer()
	for b.Loop() {
		for range 2 {
			for _, x := range batches {
				read(x)
			}
		}
		for range 12 {
			read(screen)
		}
	}
	b.ReportMetric(float64(b.Elapsed())/float64(b.N)/float64(time.Minute)*100, "%core")
}
