using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Pipeline.Streaming;

/// <summary>
/// All options of a service and all their faults, found without connecting to anything. <see cref="ServiceRunner"/> asks before the
/// first hosted service is made.
/// </summary>
internal sealed class Settings(IConfiguration configuration)
{
    private readonly List<(Type Type, string Section)> sections = [];
    private readonly Dictionary<Type, (object Options, IReadOnlyList<string> Faults)> bound = [];
    private readonly Lock access = new();

    /// <summary>Faults found before any section was looked at, for example a secret's file that is not there.</summary>
    public List<string> EarlyFaults { get; } = [];

    /// <summary>Whether these options are known already.</summary>
    public bool Has(Type type) => sections.Exists(known => known.Type == type);

    /// <summary>Names the section of some options.</summary>
    public void Add(Type type, string section) => sections.Add((type, section));

    /// <summary>The options, bound and checked.</summary>
    /// <exception cref="OptionsValidationException">They have faults.</exception>
    public T Get<T>(IServiceProvider services)
        where T : class
    {
        var (options, faults) = Of(typeof(T), services);
        return faults.Count == 0 ? (T)options : throw new OptionsValidationException(typeof(T).Name, typeof(T), faults);
    }

    /// <summary>Every fault of every section; empty when the service may start.</summary>
    public IReadOnlyList<string> Check(IServiceProvider services) =>
        [.. EarlyFaults, .. sections.SelectMany(section => Of(section.Type, services).Faults)];

    private (object Options, IReadOnlyList<string> Faults) Of(Type type, IServiceProvider services)
    {
        lock (access)
        {
            if (bound.TryGetValue(type, out var known)) return known;
            var section = sections.Find(one => one.Type == type).Section
                ?? throw new InvalidOperationException($"{type.Name} was not added with AddOptions.");
            var faults = new List<string>();
            var options = StrictBinder.Bind(type, configuration.GetSection(section), faults);
            foreach (var validator in services.GetServices(typeof(IValidateOptions<>).MakeGenericType(type)))
                faults.AddRange(FaultsOf(validator!, type, options));
            return bound[type] = (options, faults);
        }
    }

    private static IEnumerable<string> FaultsOf(object validator, Type type, object options)
    {
        var validate = typeof(IValidateOptions<>).MakeGenericType(type).GetMethod(nameof(IValidateOptions<object>.Validate))!;
        var result = (ValidateOptionsResult)validate.Invoke(validator, [Options.DefaultName, options])!;
        return result.Failed ? result.Failures ?? [] : [];
    }
}
