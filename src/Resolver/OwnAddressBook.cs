using System.Collections.Concurrent;
using Pipeline.Contracts;
using Pipeline.Identity;

namespace Pipeline.Resolver;

/// <summary>
/// The own addresses of each session of each business, as far as its events gave them, for the events that come without. What an
/// event gives itself comes first; the book fills in only the kind (phone, LID) that it lacks.
/// </summary>
/// <remarks>A page is a copy for one batch: what the batch learned is kept only once it has been stored.</remarks>
public sealed class OwnAddressBook
{
    // Read by the batch, added to by background work that opens other businesses.
    private readonly ConcurrentDictionary<(long BusinessId, string Session), OwnAddresses> known = [];

    /// <summary>Adds a stored address. The current one of each kind is added last.</summary>
    public void Add(long businessId, string session, string address)
    {
        if (WaId.Parse(address) is not { } id) return;
        known.AddOrUpdate((businessId, session), _ => OwnAddresses.None.With(id), (_, before) => before.With(id));
    }

    /// <summary>Forgets everything.</summary>
    public void Clear() => known.Clear();

    /// <summary>Begins a batch.</summary>
    public Page Open() => new(this);

    /// <summary>What one batch reads and learns.</summary>
    public sealed class Page(OwnAddressBook book)
    {
        private readonly Dictionary<(long BusinessId, string Session), OwnAddresses> learned = [];

        /// <summary>Addresses to store.</summary>
        public List<OwnAddressSeen> New { get; } = [];

        /// <summary>Reads a record in the light of what is known of its session, and learns what it says about the session itself.</summary>
        public RawItemRead Read(RawEvent raw, RawPlace place)
        {
            var session = (raw.BusinessId, raw.Session);
            var remembered = learned.GetValueOrDefault(session) ?? book.known.GetValueOrDefault(session) ?? OwnAddresses.None;
            var given = OwnAddresses.From(raw.OwnPhoneAddress, raw.OwnLidAddress);
            var own = Completed(given, remembered);
            var item = RawItemRead.Of(raw, place, own);

            var stated = Learned(given, item.Read, own);
            if ((stated.Phone is null || stated.Phone == remembered.Phone) && (stated.Lid is null || stated.Lid == remembered.Lid)) return item;
            var after = remembered;
            foreach (var address in AddressesOf(stated))
            {
                var next = after.With(address);
                if (!ReferenceEquals(next, after)) New.Add(new OwnAddressSeen(address.Address, item.Origin));
                after = next;
            }
            if (!ReferenceEquals(after, remembered)) learned[session] = after;
            return item;
        }

        /// <summary>The batch has been stored.</summary>
        public void Keep()
        {
            foreach (var (session, own) in learned) book.known[session] = own;
        }

        private static OwnAddresses Completed(OwnAddresses given, OwnAddresses remembered)
        {
            if (given.Phones.Count > 0 && given.Lids.Count > 0) return given;
            if (given.IsEmpty) return remembered;
            var own = given;
            if (given.Phones.Count == 0) foreach (var phone in remembered.Phones) own = own.With(phone, null);
            if (given.Lids.Count == 0) foreach (var lid in remembered.Lids) own = own.With(null, lid);
            return own;
        }

        // A pair that names the other half of the business is one it may learn from: the reader lets such a pair pass only where the
        // server itself stated it.
        private static OwnAddresses Learned(OwnAddresses given, ReadEvent read, OwnAddresses own)
        {
            var stated = read.OwnStated is { } said ? given.With(said.Phone, said.Lid) : given;
            foreach (var pair in read.Pairs)
            {
                if (own.Contains(pair.Phone) && own.Lids.Count == 0) stated = stated.With(null, pair.Lid);
                else if (own.Contains(pair.Lid) && own.Phones.Count == 0) stated = stated.With(pair.Phone, null);
            }
            return stated;
        }

        private static IEnumerable<WaId> AddressesOf(OwnAddresses own)
        {
            if (own.Phone is { } phone && WaId.Parse(own.Address is { } address && address.EndsWith("@s.whatsapp.net", StringComparison.Ordinal) ? address : phone.Digits + "@s.whatsapp.net") is { } byPhone)
                yield return byPhone;
            if (own.Lid is { } lid && WaId.Parse(lid.Address) is { } byLid) yield return byLid;
        }
    }
}
