//go:build cgo && !headless

package audio

/*
// PortAudio's JACK and OSS back ends search for servers and cards that no console of ours uses, and say so on
// standard error. Linked against the static PortAudio library (audio/static), these stand in for them: success,
// and no host interface; the JACK client library then is not needed at all. Linked dynamically they do nothing.
typedef struct PaUtilHostApiRepresentation PaUtilHostApiRepresentation;
int PaJack_Initialize(PaUtilHostApiRepresentation **api, int index) { *api = 0; return 0; }
int PaOSS_Initialize(PaUtilHostApiRepresentation **api, int index) { *api = 0; return 0; }
*/
import "C"
