import path from 'node:path';

/** The Python that has the peers: the one named by PYTHON, else that of bench/setup-peers.sh. */
export const peerPython = process.env.PYTHON ?? path.join(import.meta.dirname, '.venv', 'bin', 'python');
