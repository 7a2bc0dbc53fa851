//! Filters, as Cost Explorer takes them.

use aws_sdk_costexplorer::types::{
    Dimension, DimensionValues, Expression, GroupDefinition, GroupDefinitionType, TagValues,
};
use tollgate_core::budget::{Basis, CostMeasure};

use super::group::GroupKey;

/// The figure of the bill, as answers name it.
pub(super) fn metric(measure: CostMeasure) -> &'static str {
    match measure {
        CostMeasure::Unblended => "UnblendedCost",
        CostMeasure::Amortized => "AmortizedCost",
        CostMeasure::NetUnblended => "NetUnblendedCost",
        CostMeasure::NetAmortized => "NetAmortizedCost",
    }
}

/// The filter for what counts as cost, limited to some values; none where everything is wanted.
pub(super) fn filter(basis: Basis, only: &[(GroupKey, Vec<String>)]) -> Option<Expression> {
    let mut parts: Vec<Expression> = only.iter().map(|(key, values)| limited(key, values)).collect();
    let left_out = left_out(basis);
    if !left_out.is_empty() {
        let left_out = dimension(Dimension::RecordType, left_out.into_iter().map(ToOwned::to_owned).collect());
        parts.push(Expression::builder().not(left_out).build());
    }
    // `And` of a single part is refused.
    if parts.len() > 1 { Some(Expression::builder().set_and(Some(parts)).build()) } else { parts.pop() }
}

/// The record types that do not count.
fn left_out(basis: Basis) -> Vec<&'static str> {
    let Basis { cost: _, credits, refunds, tax, support } = basis;
    let types = [(credits, "Credit"), (refunds, "Refund"), (tax, "Tax"), (support, "Support")];
    types.into_iter().filter(|(counts, _)| !counts).map(|(_, name)| name).collect()
}

fn limited(key: &GroupKey, values: &[String]) -> Expression {
    match key {
        GroupKey::Account => dimension(Dimension::LinkedAccount, values.to_vec()),
        GroupKey::AwsService => dimension(Dimension::Service, values.to_vec()),
        GroupKey::Tag(key) => {
            let tag = TagValues::builder().key(key).set_values(Some(values.to_vec())).build();
            Expression::builder().tags(tag).build()
        }
    }
}

fn dimension(key: Dimension, values: Vec<String>) -> Expression {
    let values = DimensionValues::builder().key(key).set_values(Some(values)).build();
    Expression::builder().dimensions(values).build()
}

/// The groups.
pub(super) fn grouping(keys: &[GroupKey]) -> Option<Vec<GroupDefinition>> {
    let of = |kind: GroupDefinitionType, key: &str| GroupDefinition::builder().r#type(kind).key(key).build();
    let group = |key: &GroupKey| match key {
        GroupKey::Account => of(GroupDefinitionType::Dimension, Dimension::LinkedAccount.as_str()),
        GroupKey::AwsService => of(GroupDefinitionType::Dimension, Dimension::Service.as_str()),
        GroupKey::Tag(key) => of(GroupDefinitionType::Tag, key),
    };
    (!keys.is_empty()).then(|| keys.iter().map(group).collect())
}
