//! Alert Whisperer: the edge and the adapters around the runtime in `actors`.
