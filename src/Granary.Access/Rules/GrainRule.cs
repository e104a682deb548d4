using Granary.Access.Guarding;

namespace Granary.Access.Rules;

/// <summary>Who may call a grain method.</summary>
/// <param name="Roles">Beside admin.</param>
/// <param name="Scope">What keeps an agent-owner to its agents; null where the method shows and changes nothing of anybody's. Counts only where <paramref name="Roles"/> has owners.</param>
public sealed record GrainRule(Roles Roles, Func<ScopedCall, Task>? Scope);
