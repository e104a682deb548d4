using System.CommandLine;
using Granary.Cli.CommandLine;
using Granary.Cli.Output;
using Granary.Model;

namespace Granary.Cli.Commands;

/// <summary><c>reserve</c>: sets capacity aside for an agent in a time window.</summary>
internal static class ReserveCommand
{
    public static Command Create(CommandScope scope)
    {
        var agent = new Option<string>("--agent", "-a") { Description = "for whom", HelpName = "AGENT", Required = true };
        var pool = new Option<string?>("--pool", "-p") { Description = "where (default: default)", HelpName = "POOL" };
        var cpu = new Option<long>("--cpu") { Description = "cores", HelpName = "2", CustomParser = Parse.Amount(ResourceNames.Cpu, "--cpu") };
        var memory = new Option<long>("--memory", "-m") { Description = "memory", HelpName = "1Gi", CustomParser = Parse.Amount(ResourceNames.Memory, "--memory") };
        var gpu = new Option<long>("--gpu") { Description = "devices or parts of one", HelpName = "1", CustomParser = Parse.Amount(ResourceNames.Gpu, "--gpu") };
        var custom = new Option<ResourceSet>("--custom") { Description = "any other resource; may be repeated", HelpName = "NAME=N", CustomParser = Parse.Resources("--custom") };
        var from = new Option<Moment>("--from") { Description = "when it begins: +10m from now, or 2030-01-31T08:00:00Z (default: now)", HelpName = "TIME", CustomParser = Moment.Reader("--from") };
        var length = new Option<TimeSpan?>("--for") { Description = "how long a window is", HelpName = "5m", Required = true, CustomParser = Parse.Duration("--for") };
        var every = new Option<TimeSpan?>("--every") { Description = "again so long after it began: 24h, or day, week, hour", HelpName = "24h", CustomParser = Recurrence.Reader("--every") };
        var until = new Option<Moment>("--until") { Description = "no window begins from then on (default: a year)", HelpName = "TIME", CustomParser = Moment.Reader("--until") };
        var count = new Option<int>("--count") { Description = "how many windows", HelpName = "N" };
        var operation = new Option<string?>("--operation-id") { Description = "reserving again with the same one changes nothing", HelpName = "TEXT" };
        count.Validators.Add(Parse.AtLeast("--count", 1));
        var command = new Command("reserve", "set capacity aside for an agent in a time window") { agent, pool, cpu, memory, gpu, custom, from, length, every, until, count, operation };
        return scope.Does(command, async (call, cancel) =>
        {
            var client = await call.Connect(cancel);
            var name = call.Get(pool) is { Length: > 0 } p ? await Lookup.Pool(client, p, cancel) : TaskId.DefaultPool;
            var more = call.Get(custom) ?? ResourceSet.Zero;
            var spec = new ReservationSpec
            {
                Agent = call.Get(agent)!,
                Resources = more with
                {
                    CpuMilli = call.Has(cpu) ? call.Get(cpu) : more.CpuMilli,
                    MemoryMiB = call.Has(memory) ? call.Get(memory) : more.MemoryMiB,
                    GpuMilli = call.Has(gpu) ? call.Get(gpu) : more.GpuMilli,
                },
                From = call.Get(from)?.At,
                In = call.Get(from)?.In ?? TimeSpan.Zero,
                For = call.Get(length)!.Value,
                Every = call.Get(every),
                Until = call.Get(until) is { } end ? end.At ?? call.Now + end.In : null,
                Count = call.Get(count),
            };
            if (spec.Resources.IsZero) throw GranaryException.Invalid("nothing to reserve; say how much: --cpu 1, --memory 1Gi, --gpu 1 or --custom NAME=N");
            var reply = await client.ReserveAsync(spec, name, call.Get(operation), cancel);
            foreach (var note in reply.Notes) call.Note("granary: " + note);
            if (reply.Reservation is not { } made) throw GranaryException.Refused(reply.Error);
            if (call.Format == OutputFormat.Table) call.Out.WriteLine(made.Id);
            else call.Write([made], ReservationListing.At(call.Now));
            return ExitCodes.Done;
        });
    }
}
