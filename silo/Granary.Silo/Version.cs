using System.Reflection;

namespace Granary.Silo;

/// <summary>This build's version.</summary>
public static class Version
{
    public static string Text { get; } =
        typeof(Version).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0.0.0";
}
