import { isNonGlibcLinuxSync } from 'detect-libc';

/** Releases of libtensorflow that atto takes, their origin, and the hashes of their downloads. */

/** One file of the Python package index. */
export interface Wheel {
  /** Its name, which says the project, its version, the Python, the ABI and the platform. */
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** The device that a libtensorflow is built for. The one for `gpu` also computes on the CPU. */
export type Device = 'cpu' | 'gpu';

/** Components of an engine for one kind of machine. */
export interface Release {
  readonly device: Device;
  readonly tensorflow: string;
  /** As {@link thisMachine} names it. */
  readonly machine: string;
  /** The first holds libtensorflow and its headers, the others libraries that it loads. */
  readonly wheels: readonly [Wheel, ...Wheel[]];
  /** Paths of libtensorflow's own libraries inside the first wheel. */
  readonly libraries: { readonly main: string; readonly framework: string };
  /** Of what {@link isKept} of all wheels together. */
  readonly unpackedBytes: number;
}

const tensorflow = '2.21.0';

const wheel = (file: string, bytes: number, sha256: string): Wheel => ({ file, bytes, sha256 });

const linuxLibraries = {
  main: 'tensorflow/libtensorflow_cc.so.2',
  framework: 'tensorflow/libtensorflow_framework.so.2',
};

// libtensorflow doesn't depend on Python, so any interpreter's wheel will do; one keeps the hash the same everywhere.
const releases: readonly Release[] = [
  {
    device: 'cpu',
    tensorflow,
    machine: 'linux-x64',
    wheels: [
      wheel(
        'tensorflow_cpu-2.21.0-cp312-cp312-manylinux_2_27_x86_64.whl',
        274_000_871,
        'dcc8afd32930e42d5296b6ee19078b773706830af4ea97fbe503b9f5e0f820cb',
      ),
    ],
    libraries: linuxLibraries,
    unpackedBytes: 853_308_936,
  },
  {
    device: 'cpu',
    tensorflow,
    machine: 'linux-arm64',
    wheels: [
      wheel(
        'tensorflow-2.21.0-cp312-cp312-manylinux_2_27_aarch64.whl',
        281_946_471,
        'b07d15737406533898e36c7ef7944b1be18e9028dc521b9229952c537bbc5552',
      ),
    ],
    libraries: linuxLibraries,
    unpackedBytes: 883_062_208,
  },
  {
    device: 'cpu',
    tensorflow,
    machine: 'darwin-arm64',
    wheels: [
      wheel(
        'tensorflow-2.21.0-cp312-cp312-macosx_12_0_arm64.whl',
        223_488_205,
        '56ecd7d47429acbe1df2694d50b75bf9fc3995ac92cb367cd9af6c4780ead712',
      ),
    ],
    libraries: {
      main: 'tensorflow/libtensorflow_cc.2.dylib',
      framework: 'tensorflow/libtensorflow_framework.2.dylib',
    },
    unpackedBytes: 740_805_624,
  },
  {
    device: 'gpu',
    tensorflow,
    machine: 'linux-x64',
    // The NVIDIA libraries are those that pip chooses for tensorflow[and-cuda]==2.21.0 in November 2026: the newest
    // that TensorFlow allows.
    wheels: [
      wheel(
        'tensorflow-2.21.0-cp312-cp312-manylinux_2_27_x86_64.whl',
        572_611_111,
        'b3b95643c4e70eb925839938fb35cbe142f317ec84af6844ee61513713bb13c0',
      ),
      wheel(
        'nvidia_cublas_cu12-12.9.3.13-py3-none-manylinux_2_27_x86_64.whl',
        581_217_458,
        'd7d51055f161b317c7105ddaae90e71eda059026074ffef93cf7cde2886bfe72',
      ),
      wheel(
        'nvidia_cuda_cupti_cu12-12.8.90-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl',
        10_248_621,
        'ea0cb07ebda26bb9b29ba82cda34849e73c166c18162d3913575b0c9db9a6182',
      ),
      wheel(
        'nvidia_cuda_nvcc_cu12-12.9.86-py3-none-manylinux2010_x86_64.manylinux_2_12_x86_64.whl',
        40_546_229,
        '5d6a0d32fdc7ea39917c20065614ae93add6f577d840233237ff08e9a38f58f0',
      ),
      wheel(
        'nvidia_cuda_nvrtc_cu12-12.9.86-py3-none-manylinux2010_x86_64.manylinux_2_12_x86_64.whl',
        89_568_129,
        '210cf05005a447e29214e9ce50851e83fc5f4358df8b453155d5e1918094dcb4',
      ),
      wheel(
        'nvidia_cuda_runtime_cu12-12.9.79-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl',
        3_493_179,
        '25bba2dfb01d48a9b59ca474a1ac43c6ebf7011f1b0b8cc44f54eb6ac48a96c3',
      ),
      wheel(
        'nvidia_cudnn_cu12-9.28.0.42-py3-none-manylinux_2_27_x86_64.whl',
        716_538_495,
        '9ff58b7f36dacd0a93e89f8f2957b52466889217963701daa15e577317cfa375',
      ),
      wheel(
        'nvidia_cufft_cu12-11.4.1.4-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl',
        200_877_592,
        'c67884f2a7d276b4b80eb56a79322a95df592ae5e765cf1243693365ccab4e28',
      ),
      wheel(
        'nvidia_curand_cu12-10.3.10.19-py3-none-manylinux_2_27_x86_64.whl',
        68_295_626,
        '49b274db4780d421bd2ccd362e1415c13887c53c214f0d4b761752b8f9f6aa1e',
      ),
      wheel(
        'nvidia_cusolver_cu12-11.7.5.82-py3-none-manylinux_2_27_x86_64.whl',
        338_117_415,
        '15da72d1340d29b5b3cf3fd100e3cd53421dde36002eda6ed93811af63c40d88',
      ),
      wheel(
        'nvidia_cusparse_cu12-12.5.10.65-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl',
        366_465_088,
        '73060ce019ac064a057267c585bf1fd5a353734151f87472ff02b2c5c9984e78',
      ),
      wheel(
        'nvidia_nccl_cu12-2.32.3-py3-none-manylinux_2_27_x86_64.whl',
        351_526_311,
        'bb94b2348e4861d5e8aa00b36c3d12d9bdf9c6369b82cbb723de0b582280a21c',
      ),
      wheel(
        'nvidia_nvjitlink_cu12-12.9.86-py3-none-manylinux2010_x86_64.manylinux_2_12_x86_64.whl',
        39_748_338,
        'e3f1171dbdc83c5932a45f0f4c99180a70de9bd2718c1ab77d14104f6d7147f9',
      ),
    ],
    libraries: linuxLibraries,
    unpackedBytes: 5_655_539_649,
  },
];

/** Whether an engine keeps a file of its wheels: libtensorflow's libraries and what they load at run time. */
export function isKept({ libraries }: Release, name: string): boolean {
  return (
    name === libraries.main ||
    name === libraries.framework ||
    /^nvidia\/[^/]+\/lib\/[^/]+\.so[.\d]*$/.test(name) ||
    /^nvidia\/cuda_nvcc\/(bin|nvvm)\//.test(name)
  );
}

/** The release for a device on a machine (`linux-x64`), or undefined when TensorFlow publishes none. */
export function findRelease(device: Device, machine: string): Release | undefined {
  return releases.find((release) => release.device === device && release.machine === machine);
}

/** This machine as `process.platform` and `process.arch`, `linux-x64` for example; `-musl` is added where that is so. */
export function thisMachine(): string {
  const libc = isNonGlibcLinuxSync() ? '-musl' : '';
  return `${process.platform}-${process.arch}${libc}`;
}
