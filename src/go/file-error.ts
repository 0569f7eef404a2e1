// What Go says of a file that cannot be opened or read.

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or directory',
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  EISDIR: 'is a directory',
  ENOTDIR: 'not a directory',
  ENOTEMPTY: 'directory not empty',
  EEXIST: 'file exists',
  ELOOP: 'too many levels of symbolic links',
  ENAMETOOLONG: 'file name too long',
  EMFILE: 'too many open files',
  ENOSPC: 'no space left on device',
  ERR_INVALID_ARG_VALUE: 'invalid argument',
}

/** `open x: no such file or directory`. */
export function describeFileError(error: unknown, file: string): string {
  return `${codeOf(error) === 'EISDIR' ? 'read' : 'open'} ${file}: ${fileErrorReason(error)}`
}

/** `no such file or directory`. */
export function fileErrorReason(error: unknown): string {
  return REASONS[codeOf(error)] ?? (error instanceof Error ? error.message : String(error))
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}
