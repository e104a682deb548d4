using System.CommandLine;
using System.Text.Json.Nodes;
using Granary.Cli.CommandLine;
using Granary.Cli.Doctor;
using Granary.Cli.Output;
using Granary.Client;
using Granary.Hardware;

namespace Granary.Cli.Commands;

/// <summary><c>doctor</c>: what this machine and the server have and lack, and how to get it. Exit 1 when something needed is missing.</summary>
internal static class DoctorCommand
{
    private static Listing<Finding> Listing { get; } = new(
        [
            new("CHECK", f => f.Name),
            new("STATE", f => Words.Snake(f.Verdict), Tone: f => f.Verdict switch { Verdict.Ok => Tone.Good, Verdict.Limited => Tone.Warn, _ => Tone.Bad }),
            new("FOUND", f => f.Detail),
        ],
        f => new JsonObject
        {
            ["check"] = f.Name,
            ["state"] = Words.Snake(f.Verdict),
            ["found"] = f.Detail,
            ["help"] = f.Help.Length == 0 ? null : f.Help,
        },
        f => f.Name,
        "nothing to check");

    public static Command Create(CommandScope scope)
    {
        var data = new ServerPlace().Data;
        return scope.Does(new Command("doctor", "check this machine and the server: what is missing and how to get it") { data }, async (call, cancel) =>
        {
            var local = new LocalServer(call.Get(data));
            var address = call.Server ?? call.Surroundings.Environment(GranaryClientOptions.ServerVariable);
            if (string.IsNullOrEmpty(address)) address = null;
            List<Finding> findings =
            [
                .. MachineChecks.All(SystemRoot.Machine, call.Surroundings.Environment),
                .. HardwareChecks.All(new HardwareReader(SystemRoot.Machine).Read(call.Now, local.DataDirectory)),
                .. await ExecutorChecks.All(call.Surroundings.Environment, Environment.IsPrivilegedProcess, cancel: cancel),
                .. ServerChecks.Local(local),
                await ServerChecks.Server(local, address, call.Connect, cancel),
            ];
            return Tell(call, findings);
        });
    }

    internal static int Tell(Call call, IReadOnlyList<Finding> findings)
    {
        call.Write(findings, Listing);
        var help = findings.Where(f => f.Verdict != Verdict.Ok && f.Help.Length > 0).ToList();
        if (call.ForPeople && help.Count > 0)
        {
            call.Out.WriteLine();
            foreach (var finding in help) call.Out.WriteLine($"{finding.Name}: {finding.Help}");
        }
        return findings.Any(f => f.Verdict == Verdict.Missing) ? ExitCodes.Failed : ExitCodes.Done;
    }
}
