// Written by `npm run generate` from src/uapi/schema. Edit that.

export * from './capability.js'
export * from './fanotify.js'
export * from './fcntl.js'
export * from './mount.js'
export * from './nsfs.js'
export * from './pidfd.js'
export * from './poll.js'
export * from './sched.js'
export * from './stat.js'
