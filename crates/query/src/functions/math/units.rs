pub(crate) const FUNCTIONS: &[&crate::functions::Function] = &[];
