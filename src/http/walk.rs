//! Lists over all companies that somebody reads: one company after the other, in the order of their ids.
//!
//! No question is made without a company. A page looks at a bounded number of parts of companies' lists, so that it may
//! hold fewer than it was asked for; its cursor names the company and the place in its list.

use std::future::Future;

use actors::domain::CompanyId;
use actors::limits::WALKED;
use actors::port::events::CompanySet;
use actors::port::reader::{Cursor, Page, PageRequest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use utoipa::openapi::path::Parameter;

use super::Edge;
use super::page::{Ask, Paged, Query, page_parameters};
use super::problem::Problem;

/// Where a page ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// In this company, or before the first that comes behind it where it is read no more.
    company: CompanyId,
    /// At this place in its list; at its beginning where there is none.
    after: Option<Cursor>,
}

impl Place {
    /// As clients keep it.
    pub fn write(&self) -> String {
        let mut bytes = Vec::new();
        match self.after {
            None => bytes.push(0),
            Some(Cursor(first, second)) => {
                bytes.push(1);
                bytes.extend(first.to_be_bytes());
                bytes.extend(second.to_be_bytes());
            }
        }
        bytes.extend(self.company.as_str().as_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Reads it; bytes from outside.
    pub fn read(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (after, company) = match bytes.split_first()? {
            (0, company) => (None, company),
            (1, rest) => {
                let (first, rest) = rest.split_first_chunk::<8>()?;
                let (second, company) = rest.split_first_chunk::<8>()?;
                let after = Cursor(u64::from_be_bytes(*first), u64::from_be_bytes(*second));
                (Some(after), company)
            }
            _ => return None,
        };
        let company = std::str::from_utf8(company).ok()?.parse().ok()?;
        Some(Self { company, after })
    }
}

/// Which part of such a list: at most `MOST` rows, `DEFAULT` where the request says nothing.
pub(super) struct Across<const MOST: usize, const DEFAULT: usize> {
    limit: usize,
    from: Option<Place>,
}

impl<const MOST: usize, const DEFAULT: usize> Ask for Across<MOST, DEFAULT> {
    fn parameters() -> Vec<Parameter> {
        page_parameters(MOST, DEFAULT)
    }

    fn read(query: &mut Query, _: &Edge) -> Result<Self, Problem> {
        Ok(Self {
            limit: query.limit(MOST, DEFAULT)?,
            from: query.cursor(Place::read)?,
        })
    }
}

impl<const MOST: usize, const DEFAULT: usize> Across<MOST, DEFAULT> {
    /// A page over these companies, each of whose lists is read by `read`.
    ///
    /// # Errors
    /// Those of `read`.
    pub(super) async fn walk<T, F, Fut>(self, companies: &CompanySet, read: F) -> Result<Paged<T>, Problem>
    where
        F: Fn(CompanyId, PageRequest) -> Fut,
        Fut: Future<Output = Result<Page<T>, Problem>>,
    {
        let mut after = self.from.as_ref().and_then(|place| place.after);
        let mut items = Vec::new();
        let mut left = WALKED;
        for company in companies.iter() {
            if let Some(place) = &self.from
                && *company < place.company
            {
                continue;
            }
            // A place in another company's list says nothing of this one's.
            after = after.filter(|_| self.from.as_ref().is_some_and(|place| place.company == *company));
            loop {
                let room = self.limit - items.len();
                if room == 0 || left == 0 {
                    let company = company.clone();
                    return Ok(Paged::with(items, Some(Place { company, after }.write())));
                }
                left -= 1;
                let request = PageRequest { limit: room, after };
                let found = read(company.clone(), request).await?;
                items.extend(found.items);
                after = found.next;
                if after.is_none() {
                    break;
                }
            }
        }
        Ok(Paged::with(items, None))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn company(no: u32) -> CompanyId {
        format!("comp-{no:03}").parse().unwrap()
    }

    /// Lists of so many items each, of which every read shows at most `part`.
    async fn page(counts: &[u64], part: usize, limit: usize, cursor: Option<String>) -> (Vec<String>, Option<String>) {
        let companies: CompanySet = (0..).map(company).take(counts.len()).collect();
        let across = Across::<9, 9> {
            limit,
            from: cursor.map(|text| Place::read(&text).unwrap()),
        };
        let read = |id: CompanyId, request: PageRequest| async move {
            let no: usize = id.as_str()[5..].parse().unwrap();
            let from = request.after.map_or(0, |cursor| cursor.0);
            let upto = (from + request.limit.min(part) as u64).min(counts[no]);
            let next = (upto < counts[no]).then_some(Cursor(upto, 0));
            let items = (from..upto).map(|item| format!("{no}/{item}")).collect();
            Ok(Page { items, next })
        };
        let shown = json!(across.walk(&companies, read).await.unwrap());
        let items = shown["items"].as_array().unwrap().iter();
        let items = items.map(|item| item.as_str().unwrap().to_owned()).collect();
        (items, shown["next_cursor"].as_str().map(str::to_owned))
    }

    /// All pages, one after the other, and how many they were.
    async fn all(counts: &[u64], part: usize, limit: usize) -> (Vec<String>, usize) {
        let (mut items, mut cursor, mut pages) = (Vec::new(), None, 0);
        loop {
            let (found, next) = page(counts, part, limit, cursor).await;
            assert!(found.len() <= limit);
            pages += 1;
            items.extend(found);
            match next {
                None => return (items, pages),
                next => cursor = next,
            }
        }
    }

    fn expected(counts: &[u64]) -> Vec<String> {
        let lists = counts.iter().enumerate();
        lists
            .flat_map(|(no, count)| (0..*count).map(move |item| format!("{no}/{item}")))
            .collect()
    }

    #[tokio::test]
    async fn all_companies_are_walked_through_without_repeats_or_gaps() {
        let counts = [3, 0, 1, 7, 0, 0, 2];
        for limit in [1, 2, 3, 5, 9] {
            for part in [1, 3, 100] {
                assert_eq!(
                    all(&counts, part, limit).await.0,
                    expected(&counts),
                    "{limit} by {part}"
                );
            }
        }
        assert_eq!(all(&[], 1, 1).await, (vec![], 1));
    }

    #[tokio::test]
    async fn a_page_looks_at_so_many_parts_and_goes_on() {
        let mut counts = vec![0; 2 * WALKED + 10];
        *counts.last_mut().unwrap() = 1;
        assert_eq!(all(&counts, 1, 9).await, (expected(&counts), 3));
    }

    #[tokio::test]
    async fn it_goes_on_behind_a_company_that_is_read_no_more() {
        let gone = Place {
            company: "comp-000x".parse().unwrap(),
            after: Some(Cursor(2, 0)),
        };
        let (items, _) = page(&[1, 3], 9, 9, Some(gone.write())).await;
        assert_eq!(items, ["1/0", "1/1", "1/2"]);
        assert_eq!(page(&[1, 3], 9, 9, None).await.0.len(), 4);
    }

    proptest! {
        #[test]
        fn places_come_back_as_they_went(first: u64, second: u64, is_begun: bool, name in "[a-z0-9]{1,40}") {
            let company = format!("comp-{name}").parse().unwrap();
            let place = Place { company, after: is_begun.then_some(Cursor(first, second)) };
            prop_assert_eq!(Place::read(&place.write()), Some(place));
        }

        #[test]
        fn no_text_panics(text in ".{0,60}") {
            let _ = Place::read(&text);
        }
    }
}
