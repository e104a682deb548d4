namespace Granary.Model;

/// <summary>Paths of groups: up to 8 names from the root with '/' between.</summary>
public static class GroupPaths
{
    public const int Deepest = 8;

    /// <summary>What to tell somebody whose path was refused.</summary>
    public static string Rule { get; } = $"write up to {Deepest} names with '/' between, like research/energy; a name is {Names.Rule}";

    public static bool IsValid(string path)
    {
        var parts = path.Split('/');
        return parts.Length <= Deepest && parts.All(Names.IsValid);
    }

    /// <summary>The group that a path's group is in; empty for the root.</summary>
    public static string Above(string path) => path.LastIndexOf('/') is var slash and > 0 ? path[..slash] : "";
}
