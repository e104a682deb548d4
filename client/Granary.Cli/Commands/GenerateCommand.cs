using System.CommandLine;
using System.Globalization;
using Granary.Cli.CommandLine;
using Granary.Cli.Output;
using Granary.Model;
using Granary.Simulation.Swf;
using Granary.Simulation.Workloads.Generators;

namespace Granary.Cli.Commands;

/// <summary><c>generate [MODEL]</c>: a synthetic workload as SWF, for <c>replay</c> and <c>plan-capacity</c>. Needs no server.</summary>
internal static class GenerateCommand
{
    public static Command Create(CommandScope scope)
    {
        var defaults = new GeneratorOptions();
        var model = new Argument<ArrivalModel>("model")
        {
            Description = "how jobs arrive: lublin, poisson, bursty or diurnal",
            HelpName = "MODEL",
            Arity = ArgumentArity.ZeroOrOne,
            CustomParser = result => result.Tokens.Count == 0 ? defaults.Arrivals : Parse.Word<ArrivalModel>("MODEL")(result),
            DefaultValueFactory = _ => defaults.Arrivals,
        };
        var jobs = new Option<int>("--jobs") { Description = "how many", HelpName = "N", DefaultValueFactory = _ => defaults.Jobs };
        var nodes = new Option<int>("--nodes") { Description = "processors of the machine; no job is larger", HelpName = "N", DefaultValueFactory = _ => defaults.Processors };
        var load = new Option<double?>("--load") { Description = "work that arrives over what the machine can do (default: the model's own rate)", HelpName = "X" };
        var users = new Option<int>("--users") { Description = "how many submit; a few submit most", HelpName = "N", DefaultValueFactory = _ => defaults.Users };
        var over = new Option<double>("--overestimate")
        {
            Description = "estimates are up to so many times the run time, rounded up; 1 makes them exact",
            HelpName = "X",
            DefaultValueFactory = _ => defaults.Overestimate,
        };
        var seed = new Option<int>("--seed") { Description = "same seed, same jobs", HelpName = "N", DefaultValueFactory = _ => defaults.Seed };
        var file = new Option<string?>("--file") { Description = "where to write (default: standard output)", HelpName = "FILE" };
        var command = new Command("generate", "a synthetic workload in Standard Workload Format") { model, jobs, nodes, load, users, over, seed, file };
        return scope.Does(command, (call, _) =>
        {
            var options = new GeneratorOptions
            {
                Arrivals = call.Get(model),
                Jobs = call.Get(jobs),
                Processors = call.Get(nodes),
                Load = call.Get(load),
                Users = call.Get(users),
                Overestimate = call.Get(over),
                Seed = call.Get(seed),
            };
            Write(call, options, call.Get(file));
            return Task.FromResult(ExitCodes.Done);
        });
    }

    private static void Write(Call call, GeneratorOptions options, string? file)
    {
        var workload = WorkloadGenerator.Generate(options);
        string[] comments =
        [
            string.Create(CultureInfo.InvariantCulture,
                $"Note: generated: granary generate {Words.Snake(options.Arrivals)} --jobs {options.Jobs} --nodes {options.Processors}{(options.Load is { } l ? $" --load {l}" : "")} --users {options.Users} --overestimate {options.Overestimate} --seed {options.Seed}"),
        ];
        if (file is null)
        {
            SwfWriter.Write(call.Out, workload, comments);
            return;
        }
        try
        {
            using var output = new StreamWriter(file);
            SwfWriter.Write(output, workload, comments);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw GranaryException.Invalid($"--file {file}: cannot be written: {e.Message}");
        }
        call.Note(string.Create(CultureInfo.InvariantCulture, $"{workload.Jobs.Count} jobs written to {file}"));
    }
}
