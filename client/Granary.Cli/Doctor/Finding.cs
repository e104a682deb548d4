namespace Granary.Cli.Doctor;

/// <summary>What one check found.</summary>
/// <param name="Name">What was checked.</param>
/// <param name="Verdict">Whether something needed is missing.</param>
/// <param name="Detail">What was seen.</param>
/// <param name="Help">How to get what is missing; empty when nothing is.</param>
internal sealed record Finding(string Name, Verdict Verdict, string Detail, string Help = "");

internal enum Verdict
{
    Ok,
    /// <summary>Works, with less: the detail says what is lost.</summary>
    Limited,
    /// <summary>Granary cannot do its work without it.</summary>
    Missing,
}
