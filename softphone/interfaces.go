package softphone

import (
	"github.com/pion/transport/v2"
	"github.com/pion/transport/v2/stdnet"
)

// freshNet is the network as it is now. pion's own remembers the interfaces it saw first, so that an ICE restart
// after a change of address would gather nothing.
type freshNet struct{ *stdnet.Net }

func newFreshNet() (freshNet, error) {
	n, err := stdnet.NewNet()
	return freshNet{n}, err
}

// Interfaces lists the machine's interfaces and their addresses.
func (f freshNet) Interfaces() ([]*transport.Interface, error) {
	n, err := stdnet.NewNet()
	if err != nil {
		return nil, err
	}
	return n.Interfaces()
}

// InterfaceByIndex finds an interface by its number.
func (f freshNet) InterfaceByIndex(index int) (*transport.Interface, error) {
	n, err := stdnet.NewNet()
	if err != nil {
		return nil, err
	}
	return n.InterfaceByIndex(index)
}

// InterfaceByName finds an interface by its name.
func (f freshNet) InterfaceByName(name string) (*transport.Interface, error) {
	n, err := stdnet.NewNet()
	if err != nil {
		return nil, err
	}
	return n.InterfaceByName(name)
}
