/* What the files that write MIME share. */
#ifndef PROTO_MIME_MIME_WRITE_PART_H
#define PROTO_MIME_MIME_WRITE_PART_H

#include "base/buf.h"

/* Line ends are '\n' or CR LF and become CR LF. */
void mime_write_qp(struct str body, struct buf *out);
void mime_write_base64(struct str body, struct buf *out);

#endif
