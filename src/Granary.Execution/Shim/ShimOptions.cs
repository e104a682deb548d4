using System.Globalization;

namespace Granary.Execution.Shim;

/// <summary>Settings of a shim, fixed for its life; they travel as command-line arguments.</summary>
public sealed record ShimOptions
{
    /// <summary>Holds socket, log and lock; mode 0700.</summary>
    public required string Directory { get; init; }

    /// <summary>A shim without tasks and without an agent ends itself after this long.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Make control groups where they can be made.</summary>
    public bool Cgroups { get; init; } = true;

    /// <summary>Tasks that ask for whole cores get them for themselves.</summary>
    public bool PinWholeCores { get; init; } = true;

    /// <summary>Let tasks gain rights by set-user-id programs.</summary>
    public bool AllowNewPrivileges { get; init; }

    public string[] ToArguments() =>
    [
        "--dir", Directory,
        "--idle-ms", ((long)IdleTimeout.TotalMilliseconds).ToString(CultureInfo.InvariantCulture),
        .. Cgroups ? Array.Empty<string>() : ["--no-cgroups"],
        .. PinWholeCores ? Array.Empty<string>() : ["--no-pinning"],
        .. AllowNewPrivileges ? ["--new-privileges"] : Array.Empty<string>(),
    ];

    /// <exception cref="ArgumentException">In one line what is wrong.</exception>
    public static ShimOptions Parse(IReadOnlyList<string> arguments)
    {
        var options = new ShimOptions { Directory = "" };
        for (var i = 0; i < arguments.Count; i++)
        {
            options = arguments[i] switch
            {
                "--dir" when i + 1 < arguments.Count => options with { Directory = Path.GetFullPath(arguments[++i]) },
                "--idle-ms" when i + 1 < arguments.Count && long.TryParse(arguments[i + 1], CultureInfo.InvariantCulture, out var ms) && ++i > 0
                    => options with { IdleTimeout = TimeSpan.FromMilliseconds(ms) },
                "--no-cgroups" => options with { Cgroups = false },
                "--no-pinning" => options with { PinWholeCores = false },
                "--new-privileges" => options with { AllowNewPrivileges = true },
                var other => throw new ArgumentException($"shim: '{other}' is not understood; usage: shim --dir DIR [--idle-ms N] [--no-cgroups] [--no-pinning] [--new-privileges]"),
            };
        }
        return options.Directory.Length > 0 ? options : throw new ArgumentException("shim: --dir DIR is missing");
    }
}
