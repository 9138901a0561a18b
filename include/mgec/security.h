/**
 * mgec/security.h: which compiled libraries a process may open.
 *
 * `mgec sign` writes a signature beside a library. Once a process has a trusted key, the runtime opens no library that
 * is not signed with it, and checks that before any code of the library runs. docs/SECURITY.md says what that is worth.
 * C99.
 */
#ifndef MGEC_SECURITY_H
#define MGEC_SECURITY_H

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Sets the key to an Ed25519 public key in PEM form; NULL or "" takes it back. It comes before the file that the
 * environment variable MGEC_TRUSTED_KEY names, which counts otherwise. Libraries that are open stay open. Callable from
 * any thread.
 */
void mgec_set_trusted_key(const char* public_key_pem);

#ifdef __cplusplus
}
#endif
#endif
