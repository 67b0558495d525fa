package media

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"

	"github.com/pion/srtp/v2"
)

// cryptoLine is one key of a=crypto (RFC 4568), of a suite that we speak.
type cryptoLine struct {
	tag   string
	suite string
	key   []byte // 16 bytes of key and 14 of salt
	mki   []byte
}

const (
	suite80 = "AES_CM_128_HMAC_SHA1_80"
	suite32 = "AES_CM_128_HMAC_SHA1_32"
	keySalt = 30
)

// parseCrypto reads "1 AES_CM_128_HMAC_SHA1_80 inline:KEY||SALT|2^31|1:1 PARAMS". ok is false for what we cannot use:
// another suite, several keys, or session parameters that ask for less than we do.
func parseCrypto(value string) (c cryptoLine, ok bool) {
	f := strings.Fields(value)
	if len(f) < 3 {
		return c, false
	}
	c.tag = f[0]
	if _, err := strconv.ParseUint(c.tag, 10, 31); err != nil {
		return c, false
	}
	switch {
	case strings.EqualFold(f[1], suite80):
		c.suite = suite80
	case strings.EqualFold(f[1], suite32):
		c.suite = suite32
	default:
		return c, false
	}
	for _, param := range f[3:] {
		if p := strings.ToUpper(param); strings.HasPrefix(p, "UNENCRYPTED_") || strings.HasPrefix(p, "UNAUTHENTICATED_") || strings.HasPrefix(p, "FEC_") || strings.HasPrefix(p, "KDR=") {
			return c, false
		}
	}
	inline, found := cutPrefixFold(f[2], "inline:")
	if !found || strings.Contains(inline, ";") {
		return c, false
	}
	parts := strings.Split(inline, "|")
	key, err := base64.StdEncoding.DecodeString(parts[0])
	if err != nil {
		key, err = base64.RawStdEncoding.DecodeString(strings.TrimRight(parts[0], "="))
	}
	if err != nil || len(key) != keySalt {
		return c, false
	}
	c.key = key
	return c, c.rest(parts[1:])
}

// rest reads lifetime and MKI, of which each may be left out.
func (c *cryptoLine) rest(parts []string) bool {
	for _, p := range parts {
		id, length, isMKI := strings.Cut(p, ":")
		if !isMKI {
			continue // lifetime: we never come near
		}
		n, err := strconv.ParseUint(id, 10, 32)
		size, err2 := strconv.Atoi(length)
		if err != nil || err2 != nil || size < 1 || size > 128 {
			return false
		}
		c.mki = make([]byte, size)
		for i := size - 1; i >= 0 && n > 0; i-- {
			c.mki[i] = byte(n)
			n >>= 8
		}
	}
	return true
}

func cutPrefixFold(s, prefix string) (string, bool) {
	if len(s) < len(prefix) || !strings.EqualFold(s[:len(prefix)], prefix) {
		return s, false
	}
	return s[len(prefix):], true
}

// newCrypto makes a key of ours.
func newCrypto(tag, suite string) cryptoLine {
	c := cryptoLine{tag: tag, suite: suite, key: make([]byte, keySalt)}
	rand.Read(c.key)
	return c
}

func (c cryptoLine) String() string {
	return fmt.Sprintf("%s %s inline:%s", c.tag, c.suite, base64.StdEncoding.EncodeToString(c.key))
}

// same reports whether both carry the same key.
func (c *cryptoLine) same(d *cryptoLine) bool {
	return c != nil && d != nil && c.suite == d.suite && string(c.key) == string(d.key)
}

// context makes what encrypts with the key, or decrypts and refuses repetitions.
func (c *cryptoLine) context(receive bool) (*srtp.Context, error) {
	profile := srtp.ProtectionProfileAes128CmHmacSha1_80
	if c.suite == suite32 {
		profile = srtp.ProtectionProfileAes128CmHmacSha1_32
	}
	var options []srtp.ContextOption
	if receive {
		options = append(options, srtp.SRTPReplayProtection(64), srtp.SRTCPReplayProtection(64))
	}
	if c.mki != nil {
		options = append(options, srtp.MasterKeyIndicator(c.mki))
	}
	return srtp.CreateContext(c.key[:16], c.key[16:], profile, options...)
}

// bestCrypto chooses among what a peer offers: 80 bits before 32, without MKI before with, else the first.
func bestCrypto(lines []cryptoLine) *cryptoLine {
	var best *cryptoLine
	rank := func(c *cryptoLine) int {
		n := 0
		if c.suite == suite80 {
			n += 2
		}
		if c.mki == nil {
			n++
		}
		return n
	}
	for i := range lines {
		if c := &lines[i]; best == nil || rank(c) > rank(best) {
			best = c
		}
	}
	return best
}
