//go:build race

package media

// switches of each kind are listened to: the race detector makes the codec thirty times slower, and finds nothing in
// its arithmetic.
const switches = 5
