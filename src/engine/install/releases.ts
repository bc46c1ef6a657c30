/** Which libtensorflow atto takes, from where, and how its download is recognised. */

/** One file of the Python package index. */
export interface Wheel {
  /** The project's name on the index, and the release of it. */
  readonly project: string;
  readonly version: string;
  /** The file's compatibility tags, as pip is asked for them. */
  readonly tags: { readonly python: string; readonly abi: string; readonly platform: string };
  readonly sha256: string;
  readonly bytes: number;
}

/** The device that a libtensorflow is built for. The one for `gpu` also computes on the CPU. */
export type Device = 'cpu' | 'gpu';

/** What makes up an engine for one kind of machine. */
export interface Release {
  readonly device: Device;
  readonly tensorflow: string;
  /** `process.platform` and `process.arch`, as in `linux-x64`. */
  readonly machine: string;
  /** The first holds libtensorflow and its headers, the others libraries that it loads. */
  readonly wheels: readonly [Wheel, ...Wheel[]];
  /** Paths of libtensorflow's libraries inside the first wheel. */
  readonly libraries: { readonly main: string; readonly framework: string };
  /** Of the libraries of all wheels together. */
  readonly unpackedBytes: number;
}

const tensorflow = '2.21.0';
// libtensorflow doesn't depend on Python, so any interpreter's wheel will do; one keeps the hash the same everywhere.
const cpython = { python: '312', abi: 'cp312' };

const linuxLibraries = {
  main: 'tensorflow/libtensorflow_cc.so.2',
  framework: 'tensorflow/libtensorflow_framework.so.2',
};

const releases: readonly Release[] = [
  {
    device: 'cpu',
    tensorflow,
    machine: 'linux-x64',
    wheels: [
      {
        project: 'tensorflow-cpu',
        version: tensorflow,
        tags: { ...cpython, platform: 'manylinux_2_27_x86_64' },
        sha256: 'dcc8afd32930e42d5296b6ee19078b773706830af4ea97fbe503b9f5e0f820cb',
        bytes: 274_000_871,
      },
    ],
    libraries: linuxLibraries,
    unpackedBytes: 853_308_936,
  },
  {
    device: 'cpu',
    tensorflow,
    machine: 'linux-arm64',
    wheels: [
      {
        project: 'tensorflow',
        version: tensorflow,
        tags: { ...cpython, platform: 'manylinux_2_27_aarch64' },
        sha256: 'b07d15737406533898e36c7ef7944b1be18e9028dc521b9229952c537bbc5552',
        bytes: 281_946_471,
      },
    ],
    libraries: linuxLibraries,
    unpackedBytes: 883_062_208,
  },
  {
    device: 'cpu',
    tensorflow,
    machine: 'darwin-arm64',
    wheels: [
      {
        project: 'tensorflow',
        version: tensorflow,
        tags: { ...cpython, platform: 'macosx_12_0_arm64' },
        sha256: '56ecd7d47429acbe1df2694d50b75bf9fc3995ac92cb367cd9af6c4780ead712',
        bytes: 223_488_205,
      },
    ],
    libraries: {
      main: 'tensorflow/libtensorflow_cc.2.dylib',
      framework: 'tensorflow/libtensorflow_framework.2.dylib',
    },
    unpackedBytes: 740_805_624,
  },
];

/** The release for a device on a machine (`linux-x64`), or undefined when TensorFlow publishes none. */
export function findRelease(device: Device, machine: string): Release | undefined {
  return releases.find((release) => release.device === device && release.machine === machine);
}

/** This machine, as releases name it. */
export function thisMachine(): string {
  return `${process.platform}-${process.arch}`;
}
