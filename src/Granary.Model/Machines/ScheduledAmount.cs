using Orleans;

namespace Granary.Model;

/// <summary>A resource of a node that follows a calendar, as its agent tells it: what there is when it is there, and when that changes.</summary>
/// <param name="Name">A custom resource.</param>
/// <param name="Amount">Thousandths, when it is there.</param>
/// <param name="Calendar">As it was declared, for people.</param>
/// <param name="Here">It is there now, and the node's capacity counts it.</param>
/// <param name="Changes">When it goes or comes next, and the other way round after each; the next two weeks' at most.</param>
[GenerateSerializer, Immutable, Alias("Granary.ScheduledAmount")]
public sealed record ScheduledAmount(
    [property: Id(0)] string Name,
    [property: Id(1)] long Amount,
    [property: Id(2)] string Calendar,
    [property: Id(3)] bool Here,
    [property: Id(4)] IReadOnlyList<DateTimeOffset> Changes)
{
    public bool Equals(ScheduledAmount? other) => other is not null && (Name, Amount, Calendar, Here) == (other.Name, other.Amount, other.Calendar, other.Here)
        && Changes.SequenceEqual(other.Changes);

    public override int GetHashCode() => HashCode.Combine(Name, Amount, Calendar, Here, Changes.Count);
}
