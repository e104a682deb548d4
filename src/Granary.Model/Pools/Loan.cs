using Orleans;

namespace Granary.Model;

/// <summary>
/// A part of one node, lent by the node's pool to another pool of its cohort. To the lender it is room taken, to the borrower a node of its
/// own. Lender and number name a loan; a lender's numbers only grow.
/// </summary>
/// <param name="Lender">The pool whose node it is.</param>
/// <param name="Number">The lender's number for it, from 1.</param>
/// <param name="Borrower">The pool that may use it.</param>
/// <param name="Cohort">The cohort that arranged it.</param>
/// <param name="Node">The node with its name, labels and traits; its capacity is what is lent of it.</param>
[GenerateSerializer, Immutable, Alias("Granary.Loan")]
public sealed record Loan(
    [property: Id(0)] string Lender,
    [property: Id(1)] long Number,
    [property: Id(2)] string Borrower,
    [property: Id(3)] string Cohort,
    [property: Id(4)] NodeSpec Node);
