//! The product's API as a company asks it.

use std::time::{Duration, Instant};

use serde_json::Value;

use super::Result;
use super::bench::Bench;
use super::client::{Answer, Connection, request};
use super::companies::Company;
use super::load::Latencies;

/// Items of a page, as many as there may be.
const PAGE: usize = 200;

/// A company's connection.
pub struct Api {
    connection: Connection,
    key: String,
}

impl Api {
    pub async fn open(address: &str, company: &Company) -> Result<Self> {
        Ok(Self {
            connection: Connection::open(address).await?,
            key: company.api_key.clone(),
        })
    }

    pub async fn get(&mut self, path: &str) -> Result<Value> {
        self.ask("GET", path, "").await
    }

    pub async fn post(&mut self, path: &str, body: &str) -> Result<Value> {
        self.ask("POST", path, body).await
    }

    async fn ask(&mut self, method: &str, path: &str, body: &str) -> Result<Value> {
        let request = request(method, path, &[("x-api-key", &self.key)], body);
        self.connection.send(&request).await?.ok()?.json()
    }

    /// Sends bytes as they are.
    pub async fn send(&mut self, request: &[u8]) -> Result<Answer> {
        self.connection.send(request).await?.ok()
    }

    /// How long it takes to answer a question, asked so many times with a pause between.
    pub async fn timed(&mut self, path: &str, questions: u32) -> Result<Latencies> {
        let mut latencies = Latencies::default();
        for _ in 0..questions {
            let began = Instant::now();
            self.get(path).await?;
            latencies.push(began.elapsed());
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        Ok(latencies)
    }

    /// Measures, as a floor, a question that the server answers from memory.
    pub async fn floor(&mut self, bench: &mut Bench, company: &Company, questions: u32) -> Result<()> {
        let path = format!("/api/companies/{}/retention", company.company_id);
        let mut floor = self.timed(&path, questions).await?;
        let note = format!("p50 {:.2} ms; a company's settings", floor.millis(0.5));
        let what = "floor: a question that is answered from memory p99";
        bench.table.add(what, floor.millis(0.99), "ms", None, note);
        Ok(())
    }

    /// The newest items of a list, at most so many.
    pub async fn list(&mut self, path: &str, most: usize) -> Result<Vec<Value>> {
        let mut items = Vec::new();
        let mut next = format!("{path}?limit={PAGE}");
        while items.len() < most {
            let mut page = self.get(&next).await?;
            if let Some(found) = page["items"].as_array_mut() {
                items.append(found);
            }
            let Some(cursor) = page["next_cursor"].as_str() else {
                break;
            };
            next = format!("{path}?limit={PAGE}&cursor={cursor}");
        }
        items.truncate(most);
        Ok(items)
    }

    /// Waits until everything sent has its verdict: alerts and incidents since the company was founded.
    pub async fn correlate(&mut self) -> Result<(u64, u64)> {
        let counts = self.post("/api/incidents/correlate", "").await?;
        let count = |name: &str| counts[name].as_u64().ok_or("no count");
        Ok((count("total_alerts")?, count("incidents_created")?))
    }
}
