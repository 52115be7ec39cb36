// S3rver, which refuses addresses that have run out (it compares no signature of version 4): on a loopback port that the system picks, with its objects in the folder that the second
// argument names, until its standard input closes. Its packages lie in the folder that the first names.
const { createRequire } = require("node:module");
const S3rver = createRequire(process.argv[2] + "/")("s3rver");

const server = new S3rver({
  address: "127.0.0.1",
  port: 0,
  silent: true,
  directory: process.argv[3],
  configureBuckets: [{ name: "bucket" }],
});
server.run().then(({ port }) => console.log(`port ${port}`));
process.stdin.resume().on("end", () => process.exit(0));
