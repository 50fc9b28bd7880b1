import type { Family } from '../draft.js'
import { credentialMakers } from './credential_calls.js'
import { descriptorMakers } from './descriptor_calls.js'
import { listnsMakers } from './listns_calls.js'
import { namespaceMakers } from './namespace_files.js'
import { procFileMakers } from './proc_file_calls.js'
import { processMakers } from './processes.js'
import { socketMakers } from './socket_calls.js'

/** Tasks, namespaces of all types and everything that keeps one alive. */
export const namespacesFamily: Family = {
  name: 'namespaces',
  about: 'processes, namespaces, nsfs, maps and credentials, sockets, descriptor passing, listns',
  makers: [
    ...processMakers,
    ...namespaceMakers,
    ...listnsMakers,
    ...procFileMakers,
    ...credentialMakers,
    ...descriptorMakers,
    ...socketMakers,
  ],
}
