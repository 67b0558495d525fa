//go:build cgo && !headless

package audio

/*
#cgo LDFLAGS: -ldl
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>

// PortAudio's JACK and OSS back ends search for servers and cards that no console of ours uses, and say so on
// standard error. Linked against the static PortAudio library (audio/static), these stand in for them: success,
// and no host interface; the JACK client library then is not needed at all. Linked dynamically they do nothing.
typedef struct PaUtilHostApiRepresentation PaUtilHostApiRepresentation;
int PaJack_Initialize(PaUtilHostApiRepresentation **api, int index) { *api = 0; return 0; }
int PaOSS_Initialize(PaUtilHostApiRepresentation **api, int index) { *api = 0; return 0; }

// When the sound server dies, ALSA answers PortAudio's callback thread with an error, and the error path of
// PortAudio 19.6 (PaAlsaStream_WaitForFrames) may jump back to itself for ever: a core is burnt, standard error
// floods, and closing the stream waits for that thread without end. The thread is lost anyway, so it ends here,
// where it holds no lock; its clean-up handler tells PortAudio. Only PortAudio's threads ask for revents.
static __thread int polling;

static void finished(int err) {
	if (polling && err < 0 && err != -EPIPE && err != -ESTRPIPE && err != -EAGAIN && err != -EINTR)
		pthread_exit(0);
}

int snd_pcm_poll_descriptors_revents(void *pcm, void *fds, unsigned int n, unsigned short *revents) {
	static int (*real)(void *, void *, unsigned int, unsigned short *);
	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "snd_pcm_poll_descriptors_revents");
	int err = real(pcm, fds, n, revents);
	polling = 1;
	finished(err);
	return err;
}

long snd_pcm_avail_update(void *pcm) {
	static long (*real)(void *);
	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "snd_pcm_avail_update");
	long n = real(pcm);
	finished(n < 0 ? (int)n : 0);
	return n;
}

// A device that goes between its opening and its start: PortAudio's new thread ends on the error with a lock in its hand that
// whoever started it waits for, for ever. So it hears nothing of the error here, and finds out by its first poll, as above. Whoever
// opens the device is told.
static __thread int opening;

int snd_pcm_hw_params(void *pcm, void *params) {
	static int (*real)(void *, void *);
	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "snd_pcm_hw_params");
	opening = 1;
	int err = real(pcm, params);
	opening = 0;
	return err;
}

static int started(int err) {
	return opening || err == -EPIPE || err == -ESTRPIPE || err == -EAGAIN || err == -EINTR ? err : 0;
}

int snd_pcm_prepare(void *pcm) {
	static int (*real)(void *);
	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "snd_pcm_prepare");
	return started(real(pcm));
}

int snd_pcm_start(void *pcm) {
	static int (*real)(void *);
	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "snd_pcm_start");
	return started(real(pcm));
}
*/
import "C"
