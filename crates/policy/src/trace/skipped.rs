use super::Recorder;
use super::record::{FullTrace, LayerRecord, Question};
use crate::index::ActionTest;
use crate::request::{FoldedAction, Target};
use crate::unknown::Outlook;

impl<'a> FullTrace<'a> {
    /// The same with every statement that was not looked at, explained like the others
    /// and marked: what each needs that the request does not have.
    ///
    /// Costs a walk over every statement of every policy.
    #[must_use]
    pub fn expanded(&self) -> Self {
        let Some(question) = self.question else { return self.clone() };
        let action = FoldedAction::new(question.request.action);
        let target = Target::new(&question.request, &action, question.boundary);
        let mut all = Self::default();
        all.begin(&question.request, &target);
        for layer in &self.layers {
            all.layer(layer.policy_type, layer.level, layer.policies.given());
            self.expand(layer, &question, &target, &mut all);
        }
        all.notes.clone_from(&self.notes);
        all
    }

    fn expand(
        &self,
        layer: &LayerRecord<'a>,
        question: &Question<'a>,
        target: &Target<'_>,
        all: &mut Self,
    ) {
        let looked_at = self.statements.get(layer.statements.clone()).unwrap_or_default();
        for (policy_index, policy) in layer.policies.given().iter().enumerate() {
            for statement in policy.policy.statements() {
                let place = (policy_index, statement.index);
                let skipped = looked_at.binary_search_by_key(&place, |one| one.place()).is_err();
                let request = &question.request;
                let applies =
                    statement.applies(&ActionTest::Whole, request, target, Outlook::Worst);
                all.statement(policy_index, statement, request, target, applies);
                if let Some(record) = all.statements.last_mut() {
                    record.skipped = skipped;
                }
            }
        }
    }
}
