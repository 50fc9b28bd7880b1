import { type Path, pathGet, pathPut } from './path.js'

/** Root, working directory and umask (`struct fs_struct`), shared by tasks cloned with CLONE_FS. */
export class FsStruct {
  refs = 1
  root: Path
  cwd: Path
  umask: number

  constructor(root: Path, cwd: Path, umask: number) {
    this.root = root
    this.cwd = cwd
    this.umask = umask
    pathGet(root)
    pathGet(cwd)
  }

  clone(): FsStruct {
    return new FsStruct(this.root, this.cwd, this.umask)
  }

  get(): this {
    this.refs++
    return this
  }

  put(): void {
    if (--this.refs !== 0) return
    pathPut(this.root)
    pathPut(this.cwd)
  }

  setRoot(path: Path): void {
    pathGet(path)
    const old = this.root
    this.root = path
    pathPut(old)
  }

  setCwd(path: Path): void {
    pathGet(path)
    const old = this.cwd
    this.cwd = path
    pathPut(old)
  }
}
