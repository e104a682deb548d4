using Granary.Execution.Shim;
using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

namespace Granary.Execution.Tests.Support;

/// <summary>The test program, and with a verb as first argument one of the processes that tests start and kill.</summary>
internal static class Program
{
    public const string AgentVerb = "agent";

    public static int Main(string[] args) => args.FirstOrDefault() switch
    {
        ShimProgram.Verb => ShimProgram.Main(args[1..]),
        AgentVerb => AgentProcess.Run(args[1..]),
        _ when args.Contains("--server") || args.Contains("--internal-msbuild-node") =>
            TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions).GetAwaiter().GetResult(),
        _ => ConsoleRunner.Run(args).GetAwaiter().GetResult(),
    };

    /// <summary>Command that starts this program with a verb.</summary>
    public static IReadOnlyList<string> Command(string verb) => [Path.Combine(AppContext.BaseDirectory, "Granary.Execution.Tests"), verb];
}
