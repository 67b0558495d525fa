// Package wire holds the messages between a console and the server: JSON text
// frames over one WebSocket (path /desk). It has types only, no behaviour.
//
// The console speaks first with Hello. The server answers with Welcome, which
// carries a snapshot of everything the desk shows, or with Refused and closes.
// From then on the server numbers what it tells (News.Seq, from 1 upwards
// without gaps); a console that lost its connection says the last number it
// saw and gets what it missed, or a fresh snapshot when that is too old.
package wire

import "time"

// Version of this protocol. A console whose Version is below the server's
// MinVersion is refused with Refused.Code "too_old".
const (
	Version    = 1
	MinVersion = 1
)

// FromConsole is a frame from the console. Exactly one field is set.
type FromConsole struct {
	Hello *Hello   `json:"hello,omitempty"`
	Token *Token   `json:"token,omitempty"`
	Do    *Command `json:"do,omitempty"`
	Line  *LineSDP `json:"line,omitempty"`
	Ping  *Ping    `json:"ping,omitempty"`
}

// FromServer is a frame from the server. Exactly one field is set.
type FromServer struct {
	Welcome *Welcome `json:"welcome,omitempty"`
	Refused *Refused `json:"refused,omitempty"`
	News    *News    `json:"news,omitempty"`
	Reply   *Reply   `json:"reply,omitempty"`
	Line    *LineSDP `json:"line,omitempty"`
	Pong    *Ping    `json:"pong,omitempty"`
}

// Hello is the first frame of a connection.
type Hello struct {
	Version int    `json:"version"`
	Console string `json:"console"`           // random id of this console process; stays over reconnections
	Program string `json:"program,omitempty"` // "cordboard 0.1.0"
	Token   string `json:"token"`             // access token for this server's API scope
	// Resume continues a session: the secret of Welcome.Resume and the last News.Seq seen.
	Resume string `json:"resume,omitempty"`
	Seq    uint64 `json:"seq,omitempty"`
	// Takeover says yes to the question of Refused code "elsewhere": the other console of this person is signed out.
	Takeover bool `json:"takeover,omitempty"`
}

// Token renews the access token in place, before the old one expires.
type Token struct {
	Token string `json:"token"`
}

// Ping carries the sender's clock (Unix milliseconds); the Pong gives it back with the server's.
type Ping struct {
	Sent int64 `json:"sent"`
	Now  int64 `json:"now,omitempty"`
}

// Refused ends a connection before it began. Codes: "token" (sign in again), "no_role",
// "unknown" (nobody of that name in the configuration), "other_oid", "too_old", "elsewhere"
// (signed in on another console: ask, then Hello with Takeover), "draining", "bad_hello", "out" (signed out by an administrator).
type Refused struct {
	Code  string `json:"code"`
	Words string `json:"words"`
	// Key and Args name and fill the sentence of Words in the console's catalogue.
	Key  string            `json:"key,omitempty"`
	Args map[string]string `json:"args,omitempty"`
}

// Welcome opens a session. When Resumed is true the Board is nil and the missed News follow;
// else Board is the whole of what there is to know, and News go on at Seq+1.
type Welcome struct {
	Server  string      `json:"server"` // "cordboard 0.1.0"
	Now     time.Time   `json:"now"`
	Resume  string      `json:"resume"` // secret for Hello.Resume, valid for two minutes after the connection was lost
	Resumed bool        `json:"resumed,omitempty"`
	Seq     uint64      `json:"seq"`
	Board   *Board      `json:"board,omitempty"`
	ICE     []ICEServer `json:"ice,omitempty"`
	TokenBy time.Time   `json:"token_by"` // a fresh token is wanted before this moment
}

// ICEServer is a STUN or TURN server for the agent's line (RFC 7064, RFC 7065 URLs).
type ICEServer struct {
	URLs       []string `json:"urls"`
	Username   string   `json:"username,omitempty"`
	Credential string   `json:"credential,omitempty"`
}

// LineSDP is half of an offer/answer exchange (RFC 8829) for the agent's voice line. The console
// always offers, all candidates in the description; ICE restarts come the same way.
type LineSDP struct {
	ID   string `json:"id"`   // made by the console; the answer repeats it
	Type string `json:"type"` // "offer", "answer", or "refused"
	SDP  string `json:"sdp,omitempty"`
	Why  string `json:"why,omitempty"` // with "refused"
}
