// Makes the replica set of compose.yaml and the user that the nodes are: mongosh --nodb replica-set.js
// Run again it changes nothing but that user's password.

const { MONGO_ROOT_PASSWORD, MONGO_PASSWORD } = process.env;
const HOSTS = (process.env.MONGO_HOSTS ?? 'mongo-1:27017,mongo-2:27017,mongo-3:27017').split(',');
const SET = 'aw';
const DATABASE = 'alert_whisperer';

const at = (hosts, options) =>
  new Mongo(`mongodb://root:${encodeURIComponent(MONGO_ROOT_PASSWORD)}@${hosts}/?authSource=admin&${options}`);

const first = at(HOSTS[0], 'directConnection=true').getDB('admin');
try {
  first.runCommand({ replSetGetStatus: 1 });
  print('the replica set is there');
} catch (error) {
  if (error.codeName !== 'NotYetInitialized') throw error;
  const members = HOSTS.map((host, _id) => ({ _id, host }));
  first.runCommand({ replSetInitiate: { _id: SET, members } });
  print('the replica set is made');
}

// Whichever of them is primary, once one is.
const set = at(HOSTS.join(','), `replicaSet=${SET}&serverSelectionTimeoutMS=90000`).getDB(DATABASE);
const user = { pwd: MONGO_PASSWORD, roles: [{ role: 'readWrite', db: DATABASE }] };
const durable = { w: 'majority', wtimeout: 60000 };
if (set.getUser('alert_whisperer')) {
  set.updateUser('alert_whisperer', user, durable);
} else {
  set.createUser({ user: 'alert_whisperer', ...user }, durable);
}
print('the user alert_whisperer is there');
