package bus

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/nats-io/nats.go/jetstream"
)

// First gives the sequence of the first message that is left, one more than Last when there is none.
func (s *Stream) First(ctx context.Context) (uint64, error) {
	str, err := s.open(ctx)
	if err != nil {
		return 0, err
	}
	info, err := str.Info(ctx)
	if err != nil {
		return 0, fmt.Errorf("events of tenant %s: %w", s.tenant, err)
	}
	return max(info.State.FirstSeq, 1), nil
}

// Next gives the first message of a kind from a sequence on. ok is false when there is none.
func (s *Stream) Next(ctx context.Context, from uint64, kind Kind) (m Message, ok bool, err error) {
	str, err := s.open(ctx)
	if err != nil {
		return Message{}, false, err
	}
	raw, err := str.GetMsg(ctx, max(from, 1), jetstream.WithGetMsgSubject(string(kind)+"."+s.tenant))
	switch {
	case errors.Is(err, jetstream.ErrMsgNotFound):
		return Message{}, false, nil
	case err != nil:
		return Message{}, false, fmt.Errorf("events of tenant %s: %w", s.tenant, err)
	}
	return Message{Seq: raw.Sequence, Kind: kind, Data: raw.Data}, true, nil
}

// block is the most that the store keeps in one file, and so the most of what was cut that stays on the disk beside
// what was not.
const block = 8 << 20

// maxOverwritten is how many messages are overwritten one by one: each rewrites their file. Where there are more, files
// are full in some hours, and go.
const maxOverwritten = 200

// Cut removes every message before a sequence; the numbers of the others stay, and the last message is always kept.
// Whole files go at once. In the file that has messages of both sides, those for which secret says yes are overwritten first, when
// they are few; otherwise, and in a stream of an earlier version, which does not allow it, they go with a later cut, when
// the half of their file has gone. Appending goes on meanwhile.
func (s *Stream) Cut(ctx context.Context, before uint64, secret func(data []byte) bool) error {
	str, err := s.open(ctx)
	if err != nil {
		return err
	}
	info, err := str.Info(ctx)
	if err != nil {
		return fmt.Errorf("events of tenant %s: %w", s.tenant, err)
	}
	if before = min(before, info.State.LastSeq); before <= info.State.FirstSeq {
		return nil
	}
	if !info.Config.DenyDelete {
		if err := s.overwrite(ctx, str, info.State.FirstSeq, before, secret); err != nil {
			return err
		}
	}
	if err := str.Purge(ctx, jetstream.WithPurgeSequence(before)); err != nil {
		return fmt.Errorf("events of tenant %s: cut before %d: %w", s.tenant, before, err)
	}
	return nil
}

var errFar = errors.New("far enough")

// overwrite makes unreadable what stays in the file of the first message that is kept.
func (s *Stream) overwrite(ctx context.Context, str jetstream.Stream, first, before uint64, secret func([]byte) bool) error {
	const shortest = 128 // bytes of a message, which says how far back a file can reach
	from := first
	if before-first > block/shortest {
		from = before - block/shortest
	}
	type found struct {
		seq uint64
		at  int
	}
	var all []found
	size := 0
	err := s.Read(ctx, from, func(m Message) error {
		if m.Seq >= before {
			return errFar
		}
		if secret(m.Data) {
			all = append(all, found{m.Seq, size})
		}
		size += len(m.Data)
		return nil
	})
	if !errors.Is(err, errFar) {
		return err
	}
	all = slices.DeleteFunc(all, func(f found) bool { return size-f.at > block }) // their file goes as a whole
	if len(all) > maxOverwritten {
		return nil
	}
	for _, f := range all {
		err := str.SecureDeleteMsg(ctx, f.seq)
		if err != nil && !errors.Is(err, jetstream.ErrMsgNotFound) && !errors.Is(err, jetstream.ErrMsgDeleteUnsuccessful) {
			return fmt.Errorf("events of tenant %s: overwrite %d: %w", s.tenant, f.seq, err)
		}
	}
	return nil
}
