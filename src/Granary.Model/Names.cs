namespace Granary.Model;

/// <summary>Names of pools, agents, groups, nodes and custom resources: 1 to 63 of a-z, A-Z, 0-9, '.', '_', '-', beginning with a letter or digit.</summary>
public static class Names
{
    public const int MaxLength = 63;

    /// <summary>What to tell somebody whose name was refused.</summary>
    public const string Rule = "1 to 63 letters, digits, '.', '_' or '-', beginning with a letter or digit";

    public static bool IsValid(string? name)
    {
        if (string.IsNullOrEmpty(name) || name.Length > MaxLength || !char.IsAsciiLetterOrDigit(name[0])) return false;
        foreach (var c in name)
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('.' or '_' or '-')) return false;
        return true;
    }
}
