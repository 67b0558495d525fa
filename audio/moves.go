package audio

// move says that the system records from another microphone now.
type move struct{ from, to string }

// moves tells of the system putting another microphone in the place of ours. ch is nil where that cannot be seen.
type moves struct {
	ch    chan move
	close func()
}
