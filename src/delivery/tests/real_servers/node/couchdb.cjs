// PouchDB's server, which speaks CouchDB's protocol, in memory: on a loopback port that the system picks, until its standard
// input closes. Its packages lie in the folder that the first argument names.
const { createRequire } = require("node:module");
const load = createRequire(process.argv[2] + "/");

const PouchDB = load("pouchdb-core")
  .plugin(load("pouchdb-adapter-memory"))
  .plugin(load("pouchdb-mapreduce"))
  .plugin(load("pouchdb-replication"));
const application = load("express")();
const server = load("express-pouchdb")(PouchDB.defaults({ adapter: "memory" }), {
  inMemoryConfig: true,
  logPath: "/dev/null",
});
application.use("/", server);
const listening = application.listen(0, "127.0.0.1", () => console.log(`port ${listening.address().port}`));
process.stdin.resume().on("end", () => process.exit(0));
