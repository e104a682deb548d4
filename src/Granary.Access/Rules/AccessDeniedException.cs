namespace Granary.Access.Rules;

/// <summary>A caller may not do this. One line: what, who, and what would help. Hosts turn it into their own refusal.</summary>
public sealed class AccessDeniedException(string message) : Exception(message);
