using Granary.Model;

namespace Granary.Rest.Http;

/// <summary>Names that come in a path.</summary>
internal static class PathNames
{
    /// <exception cref="GranaryException">Invalid when it cannot be a name.</exception>
    public static void Require(string name, string what)
    {
        if (!Names.IsValid(name)) throw GranaryException.Invalid((what == "pool" ? ShardNames.Outside(name) : null) ?? $"'{Text.Clip(name)}' is no name of {("aeiou".Contains(what[0]) ? "an" : "a")} {what}; a name is {Names.Rule}");
    }

    /// <summary>A body may repeat the name of its path, so that what was read can be written back.</summary>
    /// <exception cref="GranaryException">Invalid when it says another.</exception>
    public static void RequireSame(string path, string? body, string key)
    {
        if (body is not null && body != path)
            throw GranaryException.Invalid($"{key}: is '{Text.Clip(body)}', but the path says '{Text.Clip(path)}'; leave it out, or call the other path");
    }
}
