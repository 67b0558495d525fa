//go:build !race

package media

// switches of each kind are listened to.
const switches = 40
