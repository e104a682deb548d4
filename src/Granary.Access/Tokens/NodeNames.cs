using System.IO.Enumeration;
using Granary.Model;

namespace Granary.Access.Tokens;

/// <summary>Names of nodes that a token is bound to, as <c>gpu-1</c> or <c>gpu-*</c>: a star stands for any number of characters, none included.</summary>
public static class NodeNames
{
    /// <summary>What to tell somebody whose pattern was refused.</summary>
    public const string Rule = $"a node's name ({Names.Rule}), in which '*' stands for any characters";

    public static bool IsValid(string? pattern)
    {
        if (string.IsNullOrEmpty(pattern) || pattern.Length > Names.MaxLength) return false;
        // what is left once each star stands for a letter must be a name
        return Names.IsValid(pattern.Replace('*', 'x'));
    }

    public static bool Match(IReadOnlyList<string> patterns, string node)
    {
        foreach (var pattern in patterns)
            if (FileSystemName.MatchesSimpleExpression(pattern, node, ignoreCase: false)) return true;
        return false;
    }
}
