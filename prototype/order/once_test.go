package order

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// shard is a machine under the second rules, and a way to talk to it.
type shard struct {
	*testing.T
	*Machine
	index, epoch uint64
	clock        int64
}

func newShard(t *testing.T, ids int) *shard {
	s := &shard{t, New(), 0, 1, time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC).UnixMilli()}
	s.apply(Batch{Rules: OncePerSender, Memory: uint64(ids) * bytesPerID})
	return s
}

func (s *shard) apply(b Batch) []Result {
	s.index++
	if b.Time == 0 {
		b.Time = s.clock
	}
	decoded, err := DecodeBatch(b.Append(nil))
	if err != nil {
		s.Fatal(err)
	}
	return s.Apply(s.index, s.epoch, decoded)
}

func (s *shard) send(id, sender, body string) Result {
	return s.apply(Batch{Retain: 300, Commands: []Command{{Conversation: "room", ID: id, Sender: sender, Body: body}}})[0]
}

// fill sends many messages of another sender.
func (s *shard) fill(n int, id func(i int) string) (refused int) {
	for from := 0; from < n; from += 1000 {
		b := Batch{Retain: 300}
		for i := from; i < min(n, from+1000); i++ {
			b.Commands = append(b.Commands, Command{Conversation: "room", ID: id(i), Sender: "filler", Body: "x"})
		}
		for _, r := range s.apply(b) {
			if r.Rejected != 0 {
				refused++
			}
		}
	}
	return refused
}

// reborn replaces the machine by one that was restored from its snapshot.
func (s *shard) reborn() {
	var buf, again bytes.Buffer
	if err := s.Snapshot().Write(&buf); err != nil {
		s.Fatal(err)
	}
	written := bytes.Clone(buf.Bytes())
	rules, memory := s.Rules()
	s.Machine = newMachine(s.limits)
	if err := s.Restore(&buf); err != nil {
		s.Fatal(err)
	}
	if r, m := s.Rules(); r != rules || m != memory && r >= OncePerSender {
		s.Errorf("restored under rules %d with %d bytes, want %d with %d", r, m, rules, memory)
	}
	if err := s.Snapshot().Write(&again); err != nil || !bytes.Equal(again.Bytes(), written) {
		s.Fatalf("a restored machine writes another snapshot: %v", err)
	}
}

func (s *shard) want(what string, got, want Result) {
	s.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		s.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func hashed(body string) string {
	sum := sha256.Sum256([]byte(body))
	return hex.EncodeToString(sum[:])
}

// TestOnce_outlives_retention: a retry finds its message when a great many others
// have come in between and the message itself is long gone, also through a
// snapshot, and is told the first one's seq and epoch.
func TestOnce_outlives_retention(t *testing.T) {
	for _, id := range []string{"retry-me", uuid(1_795_000_000_000, 7)} {
		for _, others := range []int{1, 255, 256, 299, 300, 557, 250_000} {
			s := newShard(t, 2_000_000)
			s.clock = 1_795_000_000_000
			s.fill(41, func(i int) string { return fmt.Sprint("before", i) })
			first := s.send(id, "ann", "hello")
			s.want("the first", first, Result{Seq: 42, Epoch: 1})
			s.epoch = 2
			s.fill(others, func(i int) string { return fmt.Sprint(i) })
			for range 2 {
				s.want("the retry", s.send(id, "ann", "hello"), Result{Seq: 42, Epoch: 1, Duplicate: true})
				hash := hashed("hello")
				if s.Read("room", 0, 1).First > 42 {
					hash = ""
				}
				s.want("another body", s.send(id, "ann", "hello!"), Result{Seq: 42, Epoch: 1, Rejected: Conflict, Hash: hash})
				if last := s.Read("room", 0, 1).Last; last != uint64(42+others) {
					t.Errorf("the last seq is %d, want %d", last, 42+others)
				}
				s.reborn()
			}
		}
	}
}

// TestOnce_per_sender: an id that somebody else has used is still one's own.
func TestOnce_per_sender(t *testing.T) {
	for _, id := range []string{"m1", uuid(1_795_000_000_000, 1)} {
		s := newShard(t, 1000)
		s.clock = 1_795_000_000_000
		s.want("ann", s.send(id, "ann", "one"), Result{Seq: 1, Epoch: 1})
		s.want("bob", s.send(id, "bob", "two"), Result{Seq: 2, Epoch: 1})
		// Length and border of the fields count, not their concatenation.
		s.want("ann1", s.send(id, "ann1", "one"), Result{Seq: 3, Epoch: 1})
		s.want("elsewhere", s.apply(Batch{Commands: []Command{{Conversation: "room2", ID: id, Sender: "ann", Body: "one"}}})[0], Result{Seq: 1, Epoch: 1})
		s.want("ann again", s.send(id, "ann", "one"), Result{Seq: 1, Epoch: 1, Duplicate: true})
		s.want("bob again", s.send(id, "bob", "two"), Result{Seq: 2, Epoch: 1, Duplicate: true})
		s.want("bob with ann's text", s.send(id, "bob", "one"), Result{Seq: 2, Epoch: 1, Rejected: Conflict, Hash: hashed("two")})
	}
}

// TestOnce_conflict_beyond_retention: the hash of the first message is whole for as
// long as its body is there, and its first 16 digits from then on.
func TestOnce_conflict_beyond_retention(t *testing.T) {
	s := newShard(t, 4*chunkSize)
	s.fill(chunkSize-1, func(i int) string { return fmt.Sprint("before ", i) })
	s.send("first", "ann", "hello")
	conflict := func(what, hash string) {
		t.Helper()
		s.want(what, s.send("first", "ann", "another"), Result{Seq: chunkSize, Epoch: 1, Rejected: Conflict, Hash: hash})
	}
	s.fill(299, func(i int) string { return fmt.Sprint(i) })
	conflict("with the oldest message that is retained", hashed("hello"))
	s.send("one more", "ann", "x")
	conflict("with the newest one that is not", "")
	s.reborn()
	conflict("with the newest one that is not, after a restart", "")
}

// TestOnce_plain_ids_at_the_budget: they are refused when there is no room, and
// never forgotten before the window is over; timed ids and sessions go on.
func TestOnce_plain_ids_at_the_budget(t *testing.T) {
	const room = 4000
	s := newShard(t, room)
	began := s.clock
	s.send("retry-me", "ann", "hello")
	if refused := s.fill(room, func(i int) string { return fmt.Sprint(i) }); refused != room/4+1 {
		t.Errorf("%d ids were refused, want %d", refused, room/4+1)
	}
	s.want("a new plain id", s.send("new", "ann", "x"), Result{Rejected: MemoryFull})
	last := s.Read("room", 0, 1).Last
	s.want("a timed id", s.send(uuid(s.clock, 1), "ann", "x"), Result{Seq: last + 1, Epoch: 1})
	s.clock += 1000
	session := s.apply(Batch{Commands: []Command{{Conversation: "room", Sender: "cy", Register: true}}})[0].Session
	numbered := func(n uint64, id string) Result {
		return s.apply(Batch{Commands: []Command{{Conversation: "room", ID: id, Sender: "cy", Body: "x", Session: session, Number: n}}})[0]
	}
	s.want("a session's message", numbered(1, "s1"), Result{Seq: last + 2, Epoch: 1})
	s.want("its retry", numbered(1, "s1"), Result{Seq: last + 2, Epoch: 1, Duplicate: true})

	window := s.limits.window.Milliseconds()
	for _, at := range []int64{0, window / 2, window - 1000, window} {
		s.clock = began + at
		s.reborn()
		s.want(fmt.Sprint("the retry after ", at), s.send("retry-me", "ann", "hello"), Result{Seq: 1, Epoch: 1, Duplicate: true})
		s.want(fmt.Sprint("a new plain id after ", at), s.send("new", "ann", "x"), Result{Rejected: MemoryFull})
	}
	// The message of the session could not be remembered, so nobody can tell its id
	// from a new one until a window has passed since then.
	s.clock = began + window + 1
	s.want("the session's message without its session", s.send("s1", "cy", "x"), Result{Rejected: MemoryFull})
	s.clock = began + 1000 + window
	s.want("the same when the window has all but passed", s.send("s1", "cy", "x"), Result{Rejected: MemoryFull})
	s.clock++
	s.want("the same after the window", s.send("s1", "cy", "x"), Result{Seq: last + 3, Epoch: 1})
}

// TestSeconds: an id never seems older than it is, whatever a clock says.
func TestSeconds(t *testing.T) {
	for milliseconds, want := range map[int64]uint32{
		math.MinInt64: 0, -5000: 0, -1: 0, 0: 0, 1: 1, 999: 1, 1000: 1, 1001: 2,
		1000 * math.MaxUint32: math.MaxUint32, 1000*math.MaxUint32 + 1: math.MaxUint32,
	} {
		if got := seconds(milliseconds); got != want {
			t.Errorf("%d ms are %d s, want %d", milliseconds, got, want)
		}
	}
}

// TestOnce_plain_ids_after_the_window: room is made when the oldest has outlived
// it, by one id at a time.
func TestOnce_plain_ids_after_the_window(t *testing.T) {
	s := newShard(t, 400)
	s.send("oldest", "ann", "hello")
	s.clock += 1000
	s.fill(299, func(i int) string { return fmt.Sprint(i) })
	s.clock += s.limits.window.Milliseconds() - 999
	s.reborn()
	last := s.Read("room", 0, 1).Last
	s.want("a new id", s.send("new", "ann", "x"), Result{Seq: last + 1, Epoch: 1})
	s.want("another", s.send("newer", "ann", "x"), Result{Rejected: MemoryFull})
	s.want("the oldest, as its window is over", s.send("oldest", "ann", "hello"), Result{Rejected: MemoryFull})
	s.want("a younger one", s.send("0", "filler", "x"), Result{Seq: 2, Epoch: 1, Duplicate: true})
}

// TestOnce_timed_ids_at_the_budget: the oldest are forgotten, and refused from
// then on.
func TestOnce_timed_ids_at_the_budget(t *testing.T) {
	const room = 4000
	s := newShard(t, room)
	began := s.clock
	id := uuid(began, 1)
	s.send(id, "ann", "hello")
	fill := func(n int) int {
		s.clock += 60_000
		return s.fill(n, func(i int) string { return uuid(s.clock, uint64(i)) })
	}
	if refused := fill(room - 1); refused != 0 {
		t.Errorf("%d ids were refused", refused)
	}
	s.want("the retry with a full memory", s.send(id, "ann", "hello"), Result{Seq: 1, Epoch: 1, Duplicate: true})
	s.reborn()
	if refused := fill(1); refused != 0 {
		t.Errorf("%d ids were refused", refused)
	}
	for range 2 {
		s.want("the retry of what was forgotten", s.send(id, "ann", "hello"), Result{Rejected: Forgotten})
		s.want("another id of that time", s.send(uuid(began, 2), "bob", "hello"), Result{Rejected: Forgotten})
		s.reborn()
	}
	last := s.Read("room", 0, 1).Last
	s.want("an id that is a little younger", s.send(uuid(began+1000, 2), "bob", "hello"), Result{Seq: last + 1, Epoch: 1})
	s.want("a plain id", s.send("plain", "bob", "hello"), Result{Seq: last + 2, Epoch: 1})
	if fill(20 * room); s.ids.timed.count() > room {
		t.Errorf("%d ids are remembered", s.ids.timed.count())
	}
}

// TestOnce_ids_from_another_time: a very old id is new as long as nothing has been
// forgotten, one far in the future is refused, and one that is a little ahead does
// not take the horizon with it.
func TestOnce_ids_from_another_time(t *testing.T) {
	s := newShard(t, 400)
	day := (24 * time.Hour).Milliseconds()
	s.want("1970", s.send(uuid(0, 1), "ann", "x"), Result{Seq: 1, Epoch: 1})
	s.want("a year ago", s.send(uuid(s.clock-365*day, 1), "ann", "x"), Result{Seq: 2, Epoch: 1})
	s.want("more than a day ahead", s.send(uuid(s.clock+day+1, 1), "ann", "x"), Result{Rejected: FromTheFuture})
	s.want("the year 10889", s.send(uuid(1<<48-1, 1), "ann", "x"), Result{Rejected: FromTheFuture})
	ahead := uuid(s.clock+day, 1)
	s.want("a day ahead", s.send(ahead, "ann", "x"), Result{Seq: 3, Epoch: 1})
	for round := range 5 {
		s.clock += 1000
		if refused := s.fill(400, func(i int) string { return uuid(s.clock, uint64(round*1000+i)) }); refused != 0 {
			t.Fatalf("%d ids of the present were refused", refused)
		}
	}
	s.want("1970 again", s.send(uuid(0, 1), "ann", "x"), Result{Rejected: Forgotten})
	s.clock += 2 * day
	s.want("what was ahead, when its time is past", s.send(ahead, "ann", "x"), Result{Seq: 3, Epoch: 1, Duplicate: true})
	upper := strings.ToUpper(uuid(s.clock, 0xabc))
	last := s.Read("room", 0, 1).Last
	s.want("capitals carry a time, too", s.send(upper, "ann", "x"), Result{Seq: last + 1, Epoch: 1})
	if plain := s.ids.plain.count(); plain != 1 {
		t.Errorf("%d ids are remembered without a time, want that which was ahead", plain)
	}
}

// TestOnce_clock_of_another_leader: whatever the clocks of successive leaders say,
// a retry is a retry.
func TestOnce_clock_of_another_leader(t *testing.T) {
	s := newShard(t, 100_000)
	now := s.clock
	timed := uuid(now, 1)
	s.send("plain", "ann", "x")
	s.send(timed, "ann", "x")
	for _, jump := range []time.Duration{-time.Hour, 365 * 24 * time.Hour, -365 * 24 * time.Hour, 31 * 24 * time.Hour, 0} {
		s.epoch++
		s.clock = now + jump.Milliseconds()
		s.fill(1000, func(i int) string { return fmt.Sprint(s.epoch, "-", i) })
		s.want(fmt.Sprint("plain, after ", jump), s.send("plain", "ann", "x"), Result{Seq: 1, Epoch: 1, Duplicate: true})
		s.want(fmt.Sprint("timed, after ", jump), s.send(timed, "ann", "x"), Result{Seq: 2, Epoch: 1, Duplicate: true})
		if r := s.send(uuid(now, 1000+s.epoch), "ann", "x"); r.Rejected != 0 {
			t.Errorf("a new id after %s: %s", jump, r.Rejected)
		}
	}
}

// TestOnce_in_a_session: an id is known whether it came with a number or not, and
// a number stands for one message.
func TestOnce_in_a_session(t *testing.T) {
	for _, ids := range [][]string{{"a", "b", "c"}, {uuid(1_795_000_000_000, 1), uuid(1_795_000_000_000, 2), uuid(1_795_000_000_000, 3)}} {
		s := newShard(t, 1000)
		s.clock = 1_795_000_000_000
		open := func() uint64 {
			return s.apply(Batch{Commands: []Command{{Conversation: "room", Sender: "ann", Register: true}}})[0].Session
		}
		session := open()
		numbered := func(session, n uint64, id, body string) Result {
			return s.apply(Batch{Commands: []Command{{Conversation: "room", ID: id, Sender: "ann", Body: body, Session: session, Number: n}}})[0]
		}
		s.want("number 1", numbered(session, 1, ids[0], "x"), Result{Seq: 1, Epoch: 1})
		s.want("without the session", s.send(ids[0], "ann", "x"), Result{Seq: 1, Epoch: 1, Duplicate: true})
		s.want("in another session", numbered(open(), 1, ids[0], "x"), Result{Seq: 1, Epoch: 1, Duplicate: true})
		s.want("sent before", s.send(ids[1], "ann", "y"), Result{Seq: 2, Epoch: 1})
		s.want("and then as number 2", numbered(session, 2, ids[1], "y"), Result{Seq: 2, Epoch: 1, Duplicate: true})
		s.reborn()
		s.want("number 1 with another body", numbered(session, 1, ids[0], "z"), Result{Seq: 1, Epoch: 1, Rejected: Conflict, Hash: hashed("x")})
		s.want("number 1 with another id", numbered(session, 1, ids[2], "x"), Result{Seq: 1, Epoch: 1, Rejected: Conflict, Hash: hashed("x")})
		s.want("number 3 with a used id and another body", numbered(session, 3, ids[1], "z"), Result{Seq: 2, Epoch: 1, Rejected: Conflict, Hash: hashed("y")})
		s.want("number 3, which was not used up", numbered(session, 3, ids[2], "z"), Result{Seq: 3, Epoch: 1})
	}
}

// TestOnce_ids_of_the_first_rules: what these remembered is known under the second
// ones, whatever the budget, and does not use it up.
func TestOnce_ids_of_the_first_rules(t *testing.T) {
	s := &shard{t, New(), 0, 1, 1_795_000_000_000}
	timed := uuid(s.clock-5000, 1)
	s.fill(1000, func(i int) string { return fmt.Sprint(i) })
	s.send("retry-me", "ann", "hello")
	s.want("the first rules", s.send("retry-me", "bob", "other"), Result{Seq: 1001, Epoch: 1, Duplicate: true})
	s.send(timed, "ann", "hello")
	s.reborn()
	s.apply(Batch{Rules: OncePerSender, Memory: 40 * bytesPerID})
	s.reborn()
	s.want("the second rules", s.send("retry-me", "ann", "hello"), Result{Seq: 1001, Epoch: 1, Duplicate: true})
	s.want("timed", s.send(timed, "ann", "hello"), Result{Seq: 1002, Epoch: 1, Duplicate: true})
	s.want("of somebody else", s.send("retry-me", "bob", "other"), Result{Seq: 1003, Epoch: 1})
	if refused := s.fill(30, func(i int) string { return fmt.Sprint("new", i) }); refused != 1 {
		t.Errorf("%d new ids were refused, want 1: 30 fit, and one is bob's", refused)
	}
	s.clock += s.limits.window.Milliseconds() + 1001
	if refused := s.fill(30, func(i int) string { return fmt.Sprint("newer", i) }); refused != 0 {
		t.Errorf("%d ids were refused although all before are past the window", refused)
	}
}

// ordered is what the model knows of a message: all that was ever ordered.
type ordered struct {
	seq, epoch uint64
	body       string
	at         int64
}

// TestOnce_model: whatever is sent, in whatever order and by whatever clock, every
// answer is one of those that the promise allows, as a map of everything that was
// ever ordered tells it; and a machine that is restored now and then from a
// snapshot says the same as one that is not.
func TestOnce_model(t *testing.T) {
	small := limits{conversations: 10, senders: 10, sessions: 3, idle: 20 * time.Second, window: 5 * time.Second, skew: time.Second, ahead: 8 * time.Second}
	rapid.Check(t, func(t *rapid.T) {
		a, b := newMachine(small), newMachine(small)
		room := rapid.IntRange(4, 24).Draw(t, "room")
		known, last := map[string]ordered{}, map[string]uint64{}
		plain, clock := 0, int64(0)
		var sessions []uint64
		for index := uint64(1); index <= uint64(rapid.IntRange(1, 60).Draw(t, "entries")); index++ {
			batch := Batch{Time: 1000 + rapid.Int64Range(0, 40_000).Draw(t, "time")}
			if index == 1 {
				batch.Rules, batch.Memory = OncePerSender, uint64(room)*bytesPerID
			}
			clock = max(clock, batch.Time)
			for range rapid.IntRange(0, 12).Draw(t, "commands") {
				c := Command{Conversation: rapid.SampledFrom([]string{"a", "b"}).Draw(t, "conversation"),
					Sender: rapid.SampledFrom([]string{"ann", "bob"}).Draw(t, "sender"), Body: rapid.SampledFrom([]string{"x", "x", "x", "y"}).Draw(t, "body")}
				switch rapid.IntRange(0, 9).Draw(t, "kind") {
				case 0:
					c.Register = true
				case 1, 2, 3, 4:
					c.ID = uuid(rapid.Int64Range(0, 10).Draw(t, "made")*5000+rapid.SampledFrom([]int64{0, 1, 999}).Draw(t, "ms"), 1)
				default:
					c.ID = fmt.Sprint(rapid.IntRange(0, 60).Draw(t, "id"))
				}
				if len(sessions) > 0 && !c.Register && rapid.IntRange(0, 4).Draw(t, "numbered") == 0 {
					c.Session, c.Number = rapid.SampledFrom(sessions).Draw(t, "session"), rapid.Uint64Range(1, 5).Draw(t, "number")
				}
				batch.Commands = append(batch.Commands, c)
			}
			results := a.Apply(index, index/3+1, batch)
			if diff := cmp.Diff(results, b.Apply(index, index/3+1, batch)); diff != "" {
				t.Fatalf("the restored machine says something else:\n%s", diff)
			}
			if rapid.IntRange(0, 3).Draw(t, "snapshot") == 0 {
				var buf bytes.Buffer
				if err := b.Snapshot().Write(&buf); err != nil {
					t.Fatal(err)
				}
				b = newMachine(small)
				if err := b.Restore(&buf); err != nil {
					t.Fatal(err)
				}
			}
			for i, r := range results {
				c := batch.Commands[i]
				if r.Session != 0 {
					sessions = append(sessions, r.Session)
				}
				if c.Register {
					continue
				}
				name := c.Conversation + "/" + c.Sender + "/" + c.ID
				first, sent := known[name]
				made, timed := created(c.ID)
				within := clock-first.at <= small.window.Milliseconds()
				what := fmt.Sprintf("%+v at %d: %+v; it was ordered before: %t %+v", c, clock, r, sent, first)
				switch {
				case r.Rejected == 0 && !r.Duplicate:
					if sent && (timed || within) && c.Number == 0 {
						t.Fatal("ordered twice: ", what)
					}
					if last[c.Conversation]++; r.Seq != last[c.Conversation] || r.Epoch != index/3+1 {
						t.Fatal("not the next seq: ", what)
					}
					if known[name] = (ordered{r.Seq, r.Epoch, c.Body, clock}); !timed || made > clock+small.skew.Milliseconds() {
						plain++
					}
				case c.Number > 0 && (r.Rejected == Forgotten || r.Rejected == MemoryFull):
					t.Fatal("a session's message was refused for want of room: ", what)
				case c.Number > 0: // its number may have decided
				case r.Duplicate && (!sent || first.seq != r.Seq || first.epoch != r.Epoch || first.body != c.Body):
					t.Fatal("no duplicate: ", what)
				case r.Rejected == Conflict && (!sent || first.seq != r.Seq || first.epoch != r.Epoch || first.body == c.Body || r.Hash != hashed(first.body)):
					t.Fatal("no conflict: ", what)
				case r.Rejected == FromTheFuture && (!timed || made <= clock+small.ahead.Milliseconds()):
					t.Fatal("not from the future: ", what)
				case r.Rejected == Forgotten && (!timed || len(known) <= room/4 || made > clock+small.skew.Milliseconds()+999): // the horizon is in whole seconds
					t.Fatal("nothing can have been forgotten: ", what)
				case r.Rejected == MemoryFull && (plain < room-room/4 || timed && made <= clock+small.skew.Milliseconds()):
					t.Fatal("there was room: ", what)
				case sent && within && !timed && !r.Duplicate && r.Rejected != Conflict && r.Rejected != MemoryFull:
					t.Fatal("a retry was refused: ", what)
				}
			}
		}
	})
}
