/*
 * What every reader without I/O answers. A client is driven by four verbs: feed (bytes from the
 * peer), next (one event out), output (bytes to send) and sent (how much of them went out).
 */
#ifndef PROTO_CODEC_H
#define PROTO_CODEC_H

enum codec {
	CODEC_MORE,  /* nothing until more bytes are fed (or, for a writer, until room is made) */
	CODEC_EVENT, /* *event is filled */
	CODEC_BAD,   /* the conversation cannot go on: close the connection */
};

#endif
