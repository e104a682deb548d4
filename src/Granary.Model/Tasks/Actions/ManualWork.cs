using Orleans;

namespace Granary.Model;

/// <summary>Work that a person does. The task runs, and holds its resources, until somebody completes it.</summary>
[GenerateSerializer, Immutable, Alias("Granary.ManualWork")]
public sealed record ManualWork
{
    /// <summary>What is to be done.</summary>
    [Id(0)] public string Instructions { get; init; } = "";

    /// <summary>Who is to do it; empty for anybody.</summary>
    [Id(1)] public string Assignee { get; init; } = "";

    /// <summary>What somebody has to be to do it (<c>reviewer</c>): for finding it in the inbox; empty for anything.</summary>
    [Id(2)] public string Role { get; init; } = "";

    /// <summary>Fields that have to be filled in: <c>text</c>, <c>number</c>, <c>yes/no</c>, or choices like <c>accept|reject</c>; a <c>?</c> at the end makes one optional. Null for free text.</summary>
    [Id(3)] public IReadOnlyDictionary<string, string>? Form { get; init; }

    public bool Equals(ManualWork? other) => other is not null && Instructions == other.Instructions && Assignee == other.Assignee && Role == other.Role
        && LabelSet.Same(Form, other.Form);

    public override int GetHashCode() => HashCode.Combine(Instructions, Assignee, Role, Form?.Count ?? 0);
}
