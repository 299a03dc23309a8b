package simulate

import (
	"math"
	"slices"
	"testing"
)

var some = Rooms{Count: 1e8, Exponent: 0.8, Rate: 694_000}

func TestRooms_Hot(t *testing.T) {
	// By hand, over all ranks.
	small := Rooms{Count: 3e5, Exponent: 0.8, Rate: 1000}
	sum := 0.0
	for k := 1; k <= 300_000; k++ {
		sum += math.Pow(float64(k), -0.8)
	}
	if got, want := small.Hot(), 1000/sum; math.Abs(got-want) > 1e-6*want {
		t.Errorf("the busiest room sends %v, want %v", got, want)
	}
	alike := Rooms{Count: 1e8, Rate: 1e8}
	if got := alike.Hot(); math.Abs(got-1) > 1e-6 {
		t.Errorf("of rooms that are alike one sends %v, want 1", got)
	}
}

// Nothing is lost between rooms and shards, whatever the numbers do not divide by.
func TestRooms_Loads(t *testing.T) {
	for _, tt := range []struct{ slots, shards int }{{4096, 10}, {4096, 256}, {4096, 1000}, {4096, 4096}} {
		for _, exponent := range []float64{0, 0.8, 1, 1.2} {
			r := Rooms{Count: 1e8, Exponent: exponent, Rate: 694_000}
			sum := 0.0
			for _, load := range r.Loads(tt.slots, tt.shards, 1) {
				sum += load
			}
			if math.Abs(sum-r.Rate) > 0.01*r.Rate {
				t.Errorf("%d shards, exponent %v: %.0f messages a second arrive, want %.0f", tt.shards, exponent, sum, r.Rate)
			}
		}
	}
	if a, b := some.Loads(4096, 256, 7), some.Loads(4096, 256, 7); !slices.Equal(a, b) {
		t.Error("one seed gives two placements")
	}
	if a, b := some.Loads(4096, 256, 7), some.Loads(4096, 256, 8); slices.Equal(a, b) {
		t.Error("two seeds give one placement")
	}
}

// Rooms that are alike spread as chance does, a limit evens out what is above it,
// and more shards make the largest of them stand out more.
func TestRooms_Spread(t *testing.T) {
	alike := Rooms{Count: 1e8, Rate: 694_000}.Spread(4096, 256, 10, 1)
	if alike.Median > 1.01 || alike.Median < 1 {
		t.Errorf("alike: the largest shard has %.3f times the mean, want next to 1", alike.Median)
	}
	limited := some
	limited.Limit = 1000
	before := 0.0
	for _, shards := range []int{10, 256, 4096} {
		free, held := some.Spread(4096, shards, 10, 1), limited.Spread(4096, shards, 10, 1)
		if free.Median <= before || held.Median >= free.Median || free.Largest < free.Median {
			t.Errorf("%d shards: %.2f without a limit, %.2f with one, %.2f with fewer shards", shards, free.Median, held.Median, before)
		}
		before = free.Median
	}
	share, rooms := limited.Refused()
	if hot := some.Hot(); rooms == 0 || hot*math.Pow(float64(rooms), -0.8) <= 1000 || hot*math.Pow(float64(rooms+1), -0.8) > 1000 || share <= 0 || share > 0.1 {
		t.Errorf("%d rooms are at the limit, %v of the sends are refused", rooms, share)
	}
}

func lose(t *testing.T, f Fleet, loads []float64, byLoad bool) Fill {
	t.Helper()
	fill, err := f.Lose(loads, byLoad, 1)
	if err != nil {
		t.Fatal(err)
	}
	return fill
}

func TestFleet_Lose(t *testing.T) {
	even := make([]float64, 256)
	for i := range even {
		even[i] = 100
	}
	fleet := Fleet{Zones: 3, PerZone: 64, Replicas: 4, Rate: 1000}
	for _, byLoad := range []bool{true, false} {
		got := lose(t, fleet, even, byLoad)
		if got.ReplicasBefore != 4 || got.ReplicasAfter != 6 || math.Abs(got.Before-0.4) > 1e-9 || math.Abs(got.After-0.6) > 1e-9 {
			t.Errorf("by load %v: %+v, want 4 replicas at 40 %%, then 6 at 60 %%", byLoad, got)
		}
	}
	loads := Rooms{Count: 1e8, Exponent: 0.8, Rate: 25_600, Limit: 37}.Loads(4096, 256, 1)
	careless, careful := lose(t, fleet, loads, false), lose(t, fleet, loads, true)
	if careful.Before >= careless.Before || careful.After >= careless.After || careful.Before < 0.4 {
		t.Errorf("placed by load %+v, by number %+v", careful, careless)
	}
	if again := lose(t, fleet, loads, true); again != careful {
		t.Errorf("one seed gives %+v and %+v", careful, again)
	}
}

func TestFleet_Lose_without_room(t *testing.T) {
	for _, f := range []Fleet{{Zones: 3, PerZone: 63, Replicas: 4, Rate: 1}, {Zones: 1, PerZone: 64, Replicas: 4, Rate: 1}} {
		if fill, err := f.Lose(make([]float64, 256), true, 1); err == nil {
			t.Errorf("%+v takes 256 shards: %+v", f, fill)
		}
	}
}

func TestStorm_Play(t *testing.T) {
	storm := Storm{Sockets: 50e6, Gateways: 667, Tokens: 278_000}
	hammering := storm.Play()
	storm.Backoff = true
	patient := storm.Play()
	storm.Spread = 180
	spread := storm.Play()
	if math.Abs(hammering.Until-50e6*0.99/278_000) > 2 {
		t.Errorf("who always tries again is back after %v s, want what the tokens allow", hammering.Until)
	}
	if !(hammering.Attempts > 10*patient.Attempts && patient.Attempts > 2*spread.Attempts && spread.Attempts < 1.2) {
		t.Errorf("attempts for each socket: %.1f at once, %.1f with back-off, %.2f spread", hammering.Attempts, patient.Attempts, spread.Attempts)
	}
	if spread.Peak > 1.3 || patient.Peak < 100 {
		t.Errorf("peaks: %.1f spread, %.1f at once", spread.Peak, patient.Peak)
	}
	calm := Storm{Sockets: 100, Gateways: 10, Tokens: 1e6, Spread: 10}.Play()
	if math.Abs(calm.Attempts-1) > 0.02 || calm.Until != 10 {
		t.Errorf("where nobody is refused: %+v", calm)
	}
}
