//! Who is told what was amended. What the edge keeps in memory of keys, people and settings follows from
//! here, so that a change holds at once and does not depend on the request that made it living on.

use super::record::Amendment;
use super::roster::NewCompany;
use crate::domain::CompanyId;

/// Told by the actor that commits: after it is durable, and before anybody is answered. Does not block.
pub trait Notices: Send + Sync + 'static {
    /// A company has been founded.
    fn founded(&self, new: &NewCompany);

    /// A company, or the platform, has been amended.
    fn amended(&self, company: &CompanyId, amendment: &Amendment);

    /// It is not known whether it was: what is kept of it in memory is to be read again.
    fn doubtful(&self, company: &CompanyId);
}

/// Nobody is told.
pub struct Unheard;

impl Notices for Unheard {
    fn founded(&self, _new: &NewCompany) {}

    fn amended(&self, _company: &CompanyId, _amendment: &Amendment) {}

    fn doubtful(&self, _company: &CompanyId) {}
}
