/**
 * Time and memory of opening a large COCO annotation file: by default 2 million annotations, 1 GB. The file is generated,
 * and the data set opened in a process of its own, classes included.
 *
 *   npm run bench:annotations [annotations]
 */
import { spawnSync } from 'node:child_process';
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import path from 'node:path';
import { randomStream } from '../src/random.js';

const annotations = Number(process.argv[2] ?? 2_000_000);
/** As many objects an image as COCO 2017 has in twice its images. */
const images = Math.ceil(annotations / 17);
const classes = 80;
const corners = 28;
const [width, height] = [640, 480];

const imageName = (i: number): string => `${String(i + 1).padStart(12, '0')}.jpg`;
const hundredth = (value: number): number => Math.round(100 * value) / 100;

/** The keys and the order of COCO's own files. */
function annotationText(i: number): string {
  const random = randomStream(1, 'big-annotations', i);
  const [w, h] = [20 + 200 * random.uniform(), 20 + 150 * random.uniform()];
  const [x, y] = [(width - w) * random.uniform(), (height - h) * random.uniform()];
  const polygon = Array.from({ length: corners }, (_, corner) => {
    const angle = (2 * Math.PI * corner) / corners;
    return [x + (w / 2) * (1 + Math.cos(angle)), y + (h / 2) * (1 + Math.sin(angle))];
  });
  return JSON.stringify({
    segmentation: [polygon.flat().map(hundredth)],
    area: hundredth((w * h * Math.PI) / 4),
    iscrowd: 0,
    image_id: 1 + (i % images),
    bbox: [x, y, w, h].map(hundredth),
    category_id: 1 + random.integer(classes),
    id: i + 1,
  });
}

function writeAnnotations(file: string): void {
  const handle = openSync(file, 'w');
  const writeList = (name: string, count: number, entry: (i: number) => string): void => {
    writeSync(handle, `"${name}":[`);
    for (let first = 0; first < count; first += 1000) {
      const texts = Array.from({ length: Math.min(1000, count - first) }, (_, i) => entry(first + i));
      writeSync(handle, (first === 0 ? '' : ',') + texts.join(','));
    }
    writeSync(handle, ']');
  };
  writeSync(handle, '{"info":{"year":2026},');
  writeList('images', images, (i) => JSON.stringify({ id: i + 1, file_name: imageName(i), height, width }));
  writeSync(handle, ',');
  writeList('annotations', annotations, annotationText);
  writeSync(handle, ',');
  writeList('categories', classes, (i) => JSON.stringify({ id: i + 1, name: `class-${i + 1}` }));
  writeSync(handle, '}');
  closeSync(handle);
}

const opening = `
import { openDataset } from ${JSON.stringify(new URL('../dist/api/datasets.js', import.meta.url).href)};
const start = performance.now();
const data = { format: 'coco', root: process.argv[1], train: 'train.json', imagesTrain: 'images' };
const { classes, records } = await openDataset(data, 'train');
let annotations = 0;
for (const record of records.values()) annotations += record.annotations.length;
const seconds = (performance.now() - start) / 1000;
const cpu = process.cpuUsage();
console.log(
  classes.length + ' classes, ' + records.size + ' images, ' + annotations + ' annotations: ' + seconds.toFixed(1) +
    ' s (processor: ' + ((cpu.user + cpu.system) / 1e6).toFixed(1) + ' s), peak ' +
    (process.resourceUsage().maxRSS / 1e3).toFixed(0) + ' MB',
);
`;

const folder = mkdtempSync(path.join(tmpdir(), 'atto-bench-annotations-'));
try {
  const file = path.join(folder, 'train.json');
  writeAnnotations(file);
  mkdirSync(path.join(folder, 'images'));
  for (let i = 0; i < images; i++) writeFileSync(path.join(folder, 'images', imageName(i)), '');
  console.log(
    `${(statSync(file).size / 1e6).toFixed(0)} MB, on ${cpus().length} × ${cpus()[0].model}, Node ${process.version}`,
  );
  const { status } = spawnSync(process.execPath, ['--input-type=module', '--eval', opening, folder], {
    stdio: 'inherit',
  });
  process.exitCode = status ?? 1;
} finally {
  rmSync(folder, { recursive: true });
}
