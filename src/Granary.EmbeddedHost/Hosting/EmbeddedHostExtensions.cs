using System.Net;
using Granary.EmbeddedHost.Reminders;
using Granary.EmbeddedHost.Scheduling;
using Granary.EmbeddedHost.Simulation;
using Granary.EmbeddedHost.Storage;
using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Hosting;
using Orleans.Serialization;
using Orleans.Storage;

namespace Granary.EmbeddedHost;

/// <summary>Settings that only the embedded host has.</summary>
public static class EmbeddedHostExtensions
{
    /// <summary>Lets clients in.</summary>
    public static ISiloBuilder ConfigureGateway(this ISiloBuilder builder, Action<GatewayOptions> configure) => builder.Configure(configure);

    /// <summary>Lets clients in at the address, if they have the token.</summary>
    public static ISiloBuilder ConfigureGateway(this ISiloBuilder builder, IPEndPoint endpoint, string? token = null)
        => builder.ConfigureGateway(o => (o.Endpoint, o.Token) = (endpoint, token));

    /// <summary>Says how the client reaches the server.</summary>
    public static IClientBuilder ConfigureGateway(this IClientBuilder builder, Action<GatewayClientOptions> configure) => builder.Configure(configure);

    /// <summary>Runs every turn of the silo where and when the simulation says, by its clock.</summary>
    public static ISiloBuilder UseSimulation(this ISiloBuilder builder, SimulationScheduler simulation) => builder.UseSimulation(simulation.Main);

    /// <summary>Runs every turn of the silo as a process of a simulation, which may be killed.</summary>
    public static ISiloBuilder UseSimulation(this ISiloBuilder builder, SimulationProcess process)
    {
        builder.Services.AddSingleton<IWorkScheduler>(process);
        builder.Services.AddSingleton(process.Time);
        return builder;
    }

    /// <summary>Keeps states in files, one each, under a directory.</summary>
    public static ISiloBuilder AddFileGrainStorage(this ISiloBuilder builder, string name, string directory)
    {
        builder.Services.AddKeyedSingleton<IGrainStorage>(name, (s, _) => new FileGrainStorage(name, directory, s.GetRequiredService<Serializer>()));
        return builder;
    }

    /// <summary>Keeps reminders in a file.</summary>
    public static ISiloBuilder UseFileReminderService(this ISiloBuilder builder, string path)
    {
        builder.Services.AddSingleton<IReminderTable>(new FileReminderTable(path));
        return builder.AddReminders();
    }
}
